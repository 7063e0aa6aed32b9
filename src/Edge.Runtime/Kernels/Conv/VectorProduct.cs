using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// A fully connected layer with a float32 output: y = float(acc) · (sx · sw[o]), see <see cref="Format.FullyConnectedOperator"/>. A piece
/// is a block of output channels.
/// </summary>
internal sealed unsafe class VectorProduct<TTile> : PreparedOperator
    where TTile : struct, IVectorTile
{
    private readonly GemmWeights _weights;
    private readonly sbyte** _rows;
    private readonly float* _output;
    private readonly int _outputs;

    public VectorProduct(in ConvProblem problem, PreparationContext context, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _weights = GemmWeights.Pack<TTile>(problem, context, problem.KernelSize, problem.GroupInputs);
        _rows = (sbyte**)context.Allocate((nuint)(problem.KernelSize * sizeof(sbyte*)));
        for (int row = 0; row < problem.KernelSize; row++)
            _rows[row] = problem.Input + ((nint)row * problem.InputStride);
        _output = (float*)problem.Output;
        _outputs = problem.OutputChannels;
    }

    public override int Pieces => _weights.Blocks.Length;

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    [SkipLocalsInit]
    public override void Run(int first, int end)
    {
        int* sums = stackalloc int[TTile.Channels];
        var run = new GemmRun { Pixels = 1, Pointers = _rows, TapPitch = 1, Taps = _weights.Taps, Depth = _weights.Depth };
        foreach (ref readonly GemmBlock block in _weights.Blocks.AsSpan(first, end - first))
        {
            run.Channels = block.Width;
            run.Weights = block.Weights;
            run.Bias = block.Bias;
            TTile.Sums(run, sums);
            float* output = _output + block.Channel;
            if (_outputs >= TTile.Channels)
            {
                for (int i = 0; i < TTile.Channels; i += Vector128<int>.Count)
                    (Vector128.ConvertToSingle(Vector128.Load(sums + i)) * Vector128.Load(block.Multipliers + i)).Store(output + i);
                continue;
            }

            for (int i = 0; i < _outputs; i++)
                output[i] = sums[i] * block.Multipliers[i];
        }
    }
}
