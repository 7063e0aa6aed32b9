using Edge.Runtime.Format.Certificates;

namespace Edge.Runtime.Format;

/// <summary>
/// Reads the manifest's records. Every member is asked for by the name that <see cref="ManifestContext"/> writes it under; those
/// that may be null may be left out, all others must be there.
/// </summary>
internal static partial class ManifestReader
{
    public static ModelManifest Manifest(JsonMembers m) => new()
    {
        Network = m.Text("network"),
        Preprocessing = m.Object("preprocessing", Preprocessing),
        Labels = m.Texts("labels"),
        LabelOffset = m.Int("labelOffset"),
        Tensors = m.Objects("tensors", Tensor),
        Operators = m.Objects("operators", Operator),
        Constants = m.Objects("constants", Constant),
        Input = m.Int("input"),
        Outputs = m.Ints("outputs"),
        ArenaSize = m.Long("arenaSize"),
        Accuracy = m.ObjectOrNull("accuracy", Accuracy),
        SelfTest = m.ObjectOrNull("selfTest", SelfTest),
        Certificate = m.ObjectOrNull("certificate", Certificate),
        Provenance = m.Object("provenance", Provenance),
    };

    private static InputPreprocessing Preprocessing(JsonMembers m) => new()
    {
        Width = m.Int("width"),
        Height = m.Int("height"),
        Order = m.Choice<ChannelOrder>("order"),
        Mean = m.Singles("mean"),
        Scale = m.Singles("scale"),
        Resize = m.Choice<ResizeRule>("resize"),
        ResizeTo = m.Int("resizeTo"),
        PadValue = m.Byte("padValue"),
    };

    private static TensorDefinition Tensor(JsonMembers m) => new()
    {
        Name = m.Text("name"),
        Type = m.Choice<ElementType>("type"),
        Shape = m.Ints("shape"),
        Scale = m.Single("scale"),
        ZeroPoint = m.Int("zeroPoint"),
        Offset = m.Long("offset"),
        RowStride = m.Int("rowStride"),
        Constant = m.IntOrNull("constant"),
    };

    private static ConstantDefinition Constant(JsonMembers m) => new()
    {
        Type = m.Choice<ElementType>("type"),
        Shape = m.Ints("shape"),
        Offset = m.Long("offset"),
        Length = m.Long("length"),
        Checksum = m.UInt("checksum"),
        Codec = m.Text("codec"),
    };

    private static AccuracyReport Accuracy(JsonMembers m) => new()
    {
        Images = m.Int("images"),
        Top1Agreement = m.Double("top1Agreement"),
        LogitSqnr = m.Double("logitSqnr"),
        Method = m.Text("method"),
        Layers = m.Objects("layers", LayerAccuracy),
    };

    private static LayerAccuracy LayerAccuracy(JsonMembers m) => new()
    {
        Tensor = m.Text("tensor"),
        Sqnr = m.Double("sqnr"),
        Cosine = m.Double("cosine"),
    };

    private static SelfTest SelfTest(JsonMembers m) => new()
    {
        Seeds = m.ULongs("seeds"),
        Digests = m.UInts("digests"),
    };

    private static CertificateDefinition Certificate(JsonMembers m) => new()
    {
        Images = m.Int("images"),
        Logits = m.Int("logits"),
        Classes = m.Ints("classes"),
        MaxDrop = m.Double("maxDrop"),
        Drop = m.Double("drop"),
        Offset = m.Long("offset"),
        Length = m.Long("length"),
        Checksum = m.UInt("checksum"),
    };

    private static Provenance Provenance(JsonMembers m) => new()
    {
        Source = m.Text("source"),
        SourceSha256 = m.Text("sourceSha256"),
        CalibrationSha256 = m.Text("calibrationSha256"),
        CalibrationImages = m.Int("calibrationImages"),
        Tool = m.Text("tool"),
    };
}
