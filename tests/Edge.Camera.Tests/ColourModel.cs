using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;

namespace Edge.Camera.Tests;

/// <summary>
/// A package whose answers can be told in advance: an 8×8 image goes through one fully connected layer whose outputs are the mean
/// red, green and blue, each in steps of 2 grey levels, behind one "background" output that is always the highest.
/// </summary>
internal static class ColourModel
{
    public const float ScoreStep = 2;

    private const int Side = 8;
    private const int Pixels = Side * Side;
    private const int Outputs = 4;

    public static readonly string[] Labels = ["red", "green", "blue"];

    /// <summary>Writes the package with a self-test and returns its path.</summary>
    public static string Write(string folder, bool softmax = true, Func<ModelManifest, ModelManifest>? change = null)
    {
        string path = Path.Combine(folder, "colours.edge");
        ModelManifest manifest = Manifest(softmax);
        ConstantData[] constants = Constants();
        EdgeModel model = EdgeModelWriter.Write(path, manifest, constants);
        using (Session session = new(model))
            manifest = manifest with { SelfTest = SelfTestRunner.Compute(session, 1, 2) };
        EdgeModelWriter.Write(path, change?.Invoke(manifest) ?? manifest, constants);
        return path;
    }

    /// <summary>Writes the package with a certificate of two images, red and green, and returns its path.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="agree">Whether the float network is said to name the same classes.</param>
    /// <param name="recorded">Changes the logits that the package is said to have given.</param>
    public static string WriteCertified(string folder, bool agree, Action<byte[]>? recorded = null)
    {
        string path = Path.Combine(folder, "certified.edge");
        ModelManifest manifest = Manifest(softmax: true);
        ConstantData[] constants = Constants();
        using var writer = new CertificateWriter(manifest.Tensors[0]);
        for (int channel = 0; channel < 2; channel++)
        {
            sbyte[] codes = new sbyte[Pixels * 3];
            for (int i = 0; i < codes.Length; i++)
                codes[i] = (sbyte)(i % 3 == channel ? 100 : -128);
            byte[] logits = [127, 0, 0, 0];
            logits[channel + 1] = 228 / 2;
            recorded?.Invoke(logits);
            float[] reference = new float[Outputs];
            reference[agree ? channel + 1 : 3] = 1;
            writer.Add(codes, reference, logits);
        }

        manifest = manifest with { Certificate = new CertificateDefinition { Images = 2, Logits = 1, MaxDrop = 0.5, Drop = 0 } };
        EdgeModelWriter.Write(path, manifest, constants, certificate: writer.ToBytes());
        return path;
    }

    /// <summary>Grey levels as they are, of the whole picture stretched to a square.</summary>
    public static InputPreprocessing Preprocessing(int side) => new()
    {
        Width = side,
        Height = side,
        Order = ChannelOrder.Rgb,
        Mean = [0, 0, 0],
        Scale = [1, 1, 1],
        ResizeTo = side,
    };

    private static ModelManifest Manifest(bool softmax) => new()
    {
        Network = "Colours",
        Preprocessing = Preprocessing(Side),
        Labels = Labels,
        LabelOffset = 1,
        Tensors =
        [
            Tensor("image", ElementType.Int8, [1, Side, Side, 3], offset: 0) with { Scale = 1, ZeroPoint = -128 },
            Tensor("scores", ElementType.Int8, [1, Outputs], offset: 192) with { Scale = ScoreStep },
            .. softmax
                ? [Tensor("probabilities", ElementType.Float32, [1, Outputs], offset: 256)]
                : Array.Empty<TensorDefinition>(),
        ],
        Operators =
        [
            new FullyConnectedOperator { Name = "mean", Inputs = [0], Outputs = [1], Weights = 0, WeightScales = 1, Bias = 2 },
            .. softmax
                ? [new SoftmaxOperator { Name = "softmax", Inputs = [1], Outputs = [2], Exponentials = 3 }]
                : Array.Empty<OperatorDefinition>(),
        ],
        Constants = [],
        Input = 0,
        Outputs = [softmax ? 2 : 1],
        ArenaSize = 320,
        Provenance = new()
        {
            Source = "colours.onnx",
            SourceSha256 = new string('0', 64),
            CalibrationSha256 = new string('0', 64),
            CalibrationImages = 0,
            Tool = "tests",
        },
    };

    private static TensorDefinition Tensor(string name, ElementType type, int[] shape, long offset) =>
        new() { Name = name, Type = type, Shape = shape, Offset = offset, RowStride = shape[^1] };

    private static ConstantData[] Constants()
    {
        // Output 0 sees nothing and has a large bias; output c sees channel c − 1 of every pixel.
        sbyte[] weights = new sbyte[Outputs * Pixels * 3];
        for (int c = 0; c < 3; c++)
            for (int p = 0; p < Pixels; p++)
                weights[((c + 1) * Pixels + p) * 3 + c] = 1;
        return
        [
            ConstantData.From<sbyte>([Outputs, Pixels * 3], weights),
            ConstantData.From<float>([Outputs], [1f / Pixels, 1f / Pixels, 1f / Pixels, 1f / Pixels]),
            ConstantData.From<int>([Outputs], [1_000_000, 0, 0, 0]),
            ConstantData.From<float>([256], [.. Enumerable.Range(0, 256).Select(d => MathF.Exp(-ScoreStep * d))]),
        ];
    }
}
