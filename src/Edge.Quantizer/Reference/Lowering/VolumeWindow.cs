using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Runtime.Execution;

namespace Edge.Quantizer.Reference.Lowering;

internal enum VolumeWindowKind
{
    Conv,
    Max,
    Average,
}

/// <summary>
/// Convolution and pools over volumes [n, c, depth, height, width], in loops that follow the definition: no network for
/// images needs them fast. A piece is one output channel of one volume.
/// </summary>
internal sealed unsafe class VolumeWindow : PreparedOperator
{
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly WindowAttributes _window;
    private readonly VolumeWindowKind _kind;
    private readonly float[] _weights;
    private readonly float[] _bias;
    private readonly int _groups;

    private VolumeWindow(
        TensorView input, TensorView output, WindowAttributes window, VolumeWindowKind kind, float[] weights, float[] bias, int groups)
    {
        (_input, _output, _window, _kind) = (input, output, window, kind);
        (_weights, _bias, _groups) = (weights, bias, groups);
    }

    public override int Pieces => _output.Shape[0] * _output.Shape[1];

    public override string Kernel => $"Volume{_kind}-Scalar";

    /// <summary>Appends the operator; weights [O, I/g, kernel…] and bias are empty for pools.</summary>
    public static void Emit(
        Node node, FloatProgram program, WindowAttributes window, VolumeWindowKind kind, float[] weights, float[] bias, int groups)
    {
        int x = program.Input(node, 0), y = program.Output(node);
        if (NodeLowering.IsNhwc(node))
            throw new InvalidDataException($"{node}: volumes are computed in NCDHW order only");
        program.Emit([x], [y], context => new VolumeWindow(context.Tensor(x), context.Tensor(y), window, kind, weights, bias, groups), node.Name);
    }

    public override void Run(int first, int end)
    {
        int[] shape = _output.Shape;
        int volume = shape[2] * shape[3] * shape[4];
        for (int piece = first; piece < end; piece++)
        {
            float* y = _output.Float32 + ((nint)piece * volume);
            int n = piece / shape[1], channel = piece % shape[1];
            for (int i = 0; i < volume; i++)
                y[i] = At(n, channel, [i / (shape[3] * shape[4]), i / shape[4] % shape[3], i % shape[4]]);
        }
    }

    private float At(int n, int channel, ReadOnlySpan<int> position)
    {
        int[] size = _input.Shape;
        int depth = _kind == VolumeWindowKind.Conv ? size[1] / _groups : 1, taps = _window.KernelVolume;
        int firstChannel = _kind == VolumeWindowKind.Conv ? channel / (_output.Shape[1] / _groups) * depth : channel;
        double result = _kind switch
        {
            VolumeWindowKind.Conv => _bias[channel],
            VolumeWindowKind.Max => double.NegativeInfinity,
            _ => 0,
        };
        int counted = 0;
        Span<int> index = stackalloc int[3];
        for (int tap = 0; tap < taps; tap++)
        {
            (bool inside, bool padded) = Locate(tap, position, index);
            counted += _window.CountIncludePad ? (padded ? 1 : 0) : (inside ? 1 : 0);
            for (int k = 0; inside && k < depth; k++)
            {
                nint plane = ((nint)n * size[1]) + firstChannel + k;
                float x = _input.Float32[(((((plane * size[2]) + index[0]) * size[3]) + index[1]) * size[4]) + index[2]];
                result = _kind switch
                {
                    VolumeWindowKind.Conv => result + ((double)x * _weights[((((nint)channel * depth) + k) * taps) + tap]),
                    VolumeWindowKind.Max => Math.Max(result, x),
                    _ => result + x,
                };
            }
        }

        return (float)(_kind == VolumeWindowKind.Average ? result / Math.Max(1, counted) : result);
    }

    /// <summary>Where a tap reads, whether that is inside the volume, and whether inside the volume or its declared padding.</summary>
    private (bool Inside, bool Padded) Locate(int tap, ReadOnlySpan<int> position, Span<int> index)
    {
        bool inside = true, padded = true;
        for (int axis = 2; axis >= 0; axis--)
        {
            int size = _input.Shape[2 + axis];
            index[axis] = (position[axis] * _window.Strides[axis]) - _window.PadsBegin[axis] + (tap % _window.Kernel[axis] * _window.Dilations[axis]);
            tap /= _window.Kernel[axis];
            inside &= (uint)index[axis] < (uint)size;
            padded &= index[axis] < size + _window.PadsEnd[axis];
        }

        return (inside, padded);
    }
}
