using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Comparison;

/// <summary>
/// Runs a package and its QDQ export in ONNX Runtime side by side. Every operator is compared twice: alone, fed with our bytes,
/// which shows its own arithmetic; and within the whole exported network, where differences of earlier layers add up.
/// </summary>
internal sealed class OnnxRuntimeComparison : IDisposable
{
    private readonly EdgeModel _model;
    private readonly Session _session;
    private readonly ImagePreprocessor _floatInput;
    private readonly ImagePreprocessor _int8Input;
    private readonly OnnxRuntimeSession _whole;
    private readonly OnnxRuntimeSession[] _alone;
    private readonly LayerComparison[] _layers;

    /// <exception cref="UserException">ONNX Runtime is not installed, or an operator cannot be exported.</exception>
    public OnnxRuntimeComparison(EdgeModel model, int threads = 0)
    {
        _model = model;
        ModelManifest manifest = model.Manifest;
        byte[] exported = QdqExporter.Export(model, expose: true);
        WholeOperators = OptimizedGraph.CountOperators(exported);
        _whole = new OnnxRuntimeSession(exported, OrtOptimization.All, threads);
        _alone = new OnnxRuntimeSession[manifest.Operators.Length];
        _layers = new LayerComparison[manifest.Operators.Length];
        for (int i = 0; i < _alone.Length; i++)
        {
            OperatorDefinition op = manifest.Operators[i];
            byte[] single = QdqExporter.ExportOperator(model, op);
            _alone[i] = new OnnxRuntimeSession(single, OrtOptimization.All, threads);
            _layers[i] = new LayerComparison
            {
                Name = op.Name,
                Kind = OperatorKinds.Name(manifest, op),
                RanAs = string.Join(" + ", OptimizedGraph.CountOperators(single).Keys),
                AllowedStep = OperatorKinds.AllowedStep(manifest, op),
            };
        }

        _session = new Session(model, new SessionOptions { Threads = threads });
        _floatInput = new ImagePreprocessor(manifest.Preprocessing);
        _int8Input = new ImagePreprocessor(manifest.Preprocessing, model.Input.Scale, model.Input.ZeroPoint);
    }

    /// <summary>
    /// Whether ONNX Runtime multiplies uint8 by int8 exactly on this machine. On x64 without VNNI its kernels may saturate at
    /// 16 bits, so a difference there says nothing about us.
    /// </summary>
    public static bool HostIsExact { get; } = !X86Base.IsSupported || AvxVnni.IsSupported || (Avx512BW.VL.IsSupported && HasAvx512Vnni());

    public IReadOnlyList<LayerComparison> Layers => _layers;

    /// <summary>Nodes of the whole export by operator, after ONNX Runtime's rewrites.</summary>
    public IReadOnlyDictionary<string, int> WholeOperators { get; }

    /// <summary>Images added.</summary>
    public int Images { get; private set; }

    /// <summary>Images whose largest score lies at the same output in both.</summary>
    public int SameTop1 { get; private set; }

    /// <summary>The kernels that compute our side.</summary>
    public InstructionSet InstructionSet => _session.InstructionSet;

    /// <summary>Runs one image through both and adds up the differences.</summary>
    public void Add(PixelBuffer image)
    {
        ModelManifest manifest = _model.Manifest;
        _int8Input.Run(image, _session.Input);
        float[] pixels = new float[_floatInput.InputLength];
        _floatInput.Run(image, pixels);

        var trace = new Trace(manifest.Tensors.Length);
        trace.Tensors[manifest.Input] = MemoryMarshal.AsBytes(_session.Input).ToArray();
        _session.Run(trace);

        TensorDefinition input = _model.Input;
        var floats = new Dictionary<string, OrtTensor>
        {
            [input.Name] = new(QdqExporter.ExportedShape(input), QdqExporter.ToExportedOrder<float>(pixels, input.Shape)),
        };
        IReadOnlyDictionary<string, OrtTensor> whole = _whole.Run(floats);
        for (int i = 0; i < _layers.Length; i++)
        {
            OperatorDefinition op = manifest.Operators[i];
            var inputs = new Dictionary<string, OrtTensor>();
            foreach (int t in op.Inputs.Where(t => manifest.Tensors[t].Constant is null))
                inputs[QdqExporter.ValueName(manifest.Tensors[t])] = ToOnnxRuntime(manifest.Tensors[t], trace.Tensors[t]);
            TensorDefinition output = manifest.Tensors[op.Outputs[0]];
            OrtTensor ours = ToOnnxRuntime(output, trace.Tensors[op.Outputs[0]]);
            Compare(_layers[i].Alone, ours, _alone[i].Run(inputs)[QdqExporter.ValueName(output)]);
            Compare(_layers[i].Chained, ours, whole[QdqExporter.ValueName(output)]);
        }

        Images++;
        float[] scores = whole[manifest.Tensors[manifest.Outputs[0]].Name].Floats;
        SameTop1 += IndexOfMax(_session.Output) == IndexOfMax(scores) ? 1 : 0;
    }

    public void Dispose()
    {
        _session.Dispose();
        _whole.Dispose();
        foreach (OnnxRuntimeSession session in _alone)
            session.Dispose();
    }

    /// <summary>CPUID leaf 7, subleaf 0, ECX bit 11 (Intel SDM, volume 2A, table 3-8): vpdpbusd on 512 bits, which .NET doesn't ask for.</summary>
    private static bool HasAvx512Vnni() => X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

    private static OrtTensor ToOnnxRuntime(TensorDefinition tensor, ReadOnlySpan<byte> memory)
    {
        int[] shape = QdqExporter.ExportedShape(tensor);
        if (tensor.Type == ElementType.Float32)
            return new OrtTensor(shape, QdqExporter.ToExportedOrder(MemoryMarshal.Cast<byte, float>(memory), tensor.Shape));
        byte[] values = QdqExporter.ToExportedOrder(memory, tensor.Shape);
        for (int i = 0; i < values.Length; i++)
            values[i] ^= 0x80; // int8 to uint8 with 128 added
        return new OrtTensor(shape, values);
    }

    private static void Compare(TensorDifference difference, OrtTensor ours, OrtTensor theirs)
    {
        if (!ours.Shape.AsSpan().SequenceEqual(theirs.Shape))
            throw new InvalidDataException($"ONNX Runtime computed {theirs}, we {ours}");
        if (ours.Type == OrtElementType.Float32)
            difference.Add(ours.Floats, theirs.Floats);
        else
            difference.Add(ours.UInt8, theirs.UInt8);
    }

    private static int IndexOfMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
            best = scores[i] > scores[best] ? i : best;
        return best;
    }

    private sealed class Trace(int tensors) : ITraceSink
    {
        public byte[]?[] Tensors { get; } = new byte[tensors][];

        public void Computed(int index, OperatorDefinition op, TensorBytes output) => Tensors[op.Outputs[0]] = output.ToArray();
    }
}
