using Edge.Imaging;
using Edge.Quantizer.Reference.Comparison;
using Edge.Quantizer.Reports;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Tests;
using Xunit.Abstractions;

namespace Edge.EndToEnd.Parity;

/// <summary>
/// Every trained network, quantized, on real photographs: all kernel forms of this core give the same bytes, and ONNX Runtime the
/// bytes that the arithmetic contract promises. With EDGE_WRITE_VECTORS=folder the scalar results are also recorded there, to be
/// computed again on other cores (<see cref="PackageVectors"/>).
/// </summary>
public sealed class NetworkParityTests(QuantizedNetworks networks, ITestOutputHelper report) : IClassFixture<QuantizedNetworks>
{
    private const int Photos = 2;
    private const int RecordedPhotos = 1;

    public static TheoryData<string> Networks => [.. SharedNetwork.Files];

    [SharedTheory]
    [MemberData(nameof(Networks))]
    public void All_kernel_forms_give_the_scalar_bytes_in_every_operator(string file)
    {
        EdgeModel model = EdgeModel.Load(networks.Package(file));
        sbyte[][] inputs = [.. QuantizedNetworks.Photos(Photos).Select(photo => QuantizedNetworks.Input(model, photo))];
        byte[][][] expected;
        using (var session = new Session(model, new SessionOptions { Threads = 1, InstructionSet = InstructionSet.Scalar }))
            expected = Array.ConvertAll(inputs, input => Outputs(session, input));
        Assert.All(expected, outputs => Assert.Contains(outputs[^1], b => b != outputs[^1][0]));

        foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            foreach (int threads in (ReadOnlySpan<int>)(set == InstructionSet.Scalar ? [2] : [1, 2]))
            {
                using var session = new Session(model, new SessionOptions { Threads = threads, InstructionSet = set });
                for (int i = 0; i < inputs.Length; i++)
                    RequireSame(model, expected[i], Outputs(session, inputs[i]), $"{set}, {threads} threads, photo {i}");
                report.WriteLine($"{set}, {threads} threads: {expected[0].Length} operators on {inputs.Length} photos");
            }
        }

        if (Environment.GetEnvironmentVariable("EDGE_WRITE_VECTORS") is { Length: > 0 } folder)
            Record(networks.Package(file), inputs[..RecordedPhotos], expected, folder);
    }

    [OnnxRuntimeTheory]
    [MemberData(nameof(Networks))]
    public void Onnx_runtime_computes_the_promised_bytes_in_every_operator(string file)
    {
        using var comparison = new OnnxRuntimeComparison(EdgeModel.Load(networks.Package(file)));
        foreach (PixelBuffer photo in QuantizedNetworks.Photos(1))
            comparison.Add(photo);

        ComparisonReport result = ComparisonReport.Of(file, comparison);
        string json = result.ToJson();
        report.WriteLine(json);
        Assert.True(result.Holds || !result.HostIsExact, json);
    }

    private static void Record(string package, sbyte[][] inputs, byte[][][] outputs, string folder)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, Path.GetFileName(package));
        File.Copy(package, path, overwrite: true);
        var vectors = new PackageVectors
        {
            Package = Crc32C.Compute(File.ReadAllBytes(path)),
            Vectors =
            [
                .. inputs.Zip(outputs, (input, all) => new PackageVector(input, Array.ConvertAll(all, o => Crc32C.Compute(o)))),
            ],
        };
        vectors.Write(Path.ChangeExtension(path, PackageVectors.Extension));
    }

    private static void RequireSame(EdgeModel model, byte[][] expected, byte[][] actual, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            int at = expected[i].AsSpan().CommonPrefixLength(actual[i]);
            if (at != expected[i].Length)
            {
                Assert.Fail($"{what}: '{model.Manifest.Operators[i].Name}' is the first operator that differs, at byte {at} of "
                    + $"{expected[i].Length}");
            }
        }
    }

    private static byte[][] Outputs(Session session, sbyte[] input)
    {
        input.CopyTo(session.Input);
        var sink = new Sink(session.Model.Manifest.Operators.Length);
        session.Run(sink);
        return sink.Outputs;
    }

    private sealed class Sink(int operators) : ITraceSink
    {
        public byte[][] Outputs { get; } = new byte[operators][];

        public void Computed(int index, OperatorDefinition op, TensorBytes output) => Outputs[index] = output.ToArray();
    }
}
