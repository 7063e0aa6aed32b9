using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer;
using Edge.Quantizer.Evaluation;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Training.Data;

namespace Edge.Training.Fitting;

/// <summary>An int8 package to evaluate, run by the same session as on the device.</summary>
public sealed class PackedModel : IDisposable
{
    public const string Extension = ".edge";

    private readonly EdgeModel _model;
    private readonly Session _session;

    /// <exception cref="ModelFormatException">The package is damaged.</exception>
    /// <exception cref="UserException">It does not compute here what was measured when it was packed.</exception>
    public PackedModel(string path, int threads)
    {
        _model = EdgeModel.Load(path);
        _session = new Session(_model, new SessionOptions { Threads = threads });
        if (SelfTestRunner.Run(_session) is not { } difference)
            return;
        _session.Dispose();
        throw new UserException($"{path}: {difference}");
    }

    public InputPreprocessing Input => _model.Manifest.Preprocessing;

    /// <summary>In output order; empty when unknown.</summary>
    public IReadOnlyList<string> ClassNames => _model.Manifest.Labels;

    /// <summary>Outputs that stand for classes: a background in front of them is left out.</summary>
    public int Outputs => _session.Output.Length - _model.Manifest.LabelOffset;

    /// <inheritdoc cref="TrainedModel.Classify"/>
    public ClassificationResult Classify(
        Examples examples, Func<int, int> outputOfClass, Action<int> progress, CancellationToken cancellation)
    {
        var result = new ClassificationResult(Outputs);
        using var reader = new ImageReader();
        var pixels = new PixelBuffer();
        var preprocessor = new ImagePreprocessor(Input, _model.Input.Scale, _model.Input.ZeroPoint);
        float[] scores = new float[Outputs];
        foreach (int index in examples.Indices)
        {
            cancellation.ThrowIfCancellationRequested();
            examples.Images.Read(index, reader, pixels);
            preprocessor.Run(pixels, _session.Input);
            _session.Run();
            ReadOnlySpan<float> outputs = _session.Output[_model.Manifest.LabelOffset..];
            for (int i = 0; i < scores.Length; i++)
                scores[i] = _model.GivesProbabilities ? Ranking.LogitOf(outputs[i]) : outputs[i];
            result.Add(outputOfClass(examples.Images.Classes[index]), scores);
            progress(result.Answers.Count);
        }

        return result;
    }

    public void Dispose() => _session.Dispose();
}
