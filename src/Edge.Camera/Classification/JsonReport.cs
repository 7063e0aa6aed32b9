using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Edge.Runtime.Execution;

namespace Edge.Camera.Classification;

/// <summary>
/// One JSON document: model, kernels, and per image either "top" (class, label, probability or score) with milliseconds, or
/// "error".
/// </summary>
internal sealed class JsonReport : IReport
{
    private readonly TextWriter _output;
    private readonly string _scoreName;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public JsonReport(TextWriter output, string model, Classifier classifier)
    {
        _output = output;
        _scoreName = classifier.ScoreName;

        // The document goes to a terminal or a file, not into a web page.
        _json = new(_buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("model", model);
        _json.WriteString("network", classifier.Model.Manifest.Network);
        _json.WriteString("instructionSet", classifier.InstructionSet.ToString());
        _json.WriteNumber("threads", classifier.Threads);
        _json.WriteStartArray("images");
    }

    public void Add(string path, Answer answer)
    {
        _json.WriteStartObject();
        _json.WriteString("file", path);
        _json.WriteStartArray("top");
        foreach (Candidate candidate in answer.Candidates)
        {
            _json.WriteStartObject();
            _json.WriteNumber("class", candidate.Class);
            if (candidate.Label is not null)
                _json.WriteString("label", candidate.Label);
            WriteReal(_scoreName, candidate.Score);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteStartObject("milliseconds");
        WriteMilliseconds("decode", answer.Decode.TotalMilliseconds);
        WriteMilliseconds("prepare", answer.Prepare.TotalMilliseconds);
        WriteMilliseconds("run", answer.Run.TotalMilliseconds);
        WriteMilliseconds("total", answer.Total.TotalMilliseconds);
        _json.WriteEndObject();
        _json.WriteEndObject();
        Flush();
    }

    public void AddFailure(string path, string message)
    {
        _json.WriteStartObject();
        _json.WriteString("file", path);
        _json.WriteString("error", message);
        _json.WriteEndObject();
        Flush();
    }

    public void Finish(Profile? profile)
    {
        _json.WriteEndArray();
        if (profile is not null)
        {
            _json.WriteStartArray("profile");
            foreach (OperatorProfile row in profile.Operators)
            {
                _json.WriteStartObject();
                _json.WriteString("layer", row.Name);
                _json.WriteString("kernel", row.Kernel);
                WriteMilliseconds("milliseconds", row.Milliseconds);
                _json.WriteNumber("multiplyAccumulates", row.MultiplyAccumulates);
                _json.WriteNumber("gigaMacsPerSecond", Math.Round(row.GigaMacsPerSecond, 3));
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        Flush();
        _output.WriteLine();
    }

    public void Dispose() => _json.Dispose();

    private void WriteMilliseconds(string name, double value) => _json.WriteNumber(name, Math.Round(value, 4));

    /// <summary>JSON has no number for infinity and NaN.</summary>
    private void WriteReal(string name, float value)
    {
        if (float.IsFinite(value))
            _json.WriteNumber(name, value);
        else
            _json.WriteNull(name);
    }

    private void Flush()
    {
        _json.Flush();
        _output.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
    }
}
