using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Lanes;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Kernels.Shuffle;

/// <summary>One form of the channel shuffle of one pixel.</summary>
internal unsafe interface IShufflePixel
{
    /// <summary>destination[j·groups + g] = source[g·(channels/groups) + j].</summary>
    /// <param name="masks">What <see cref="ShuffleVector.Masks"/> wrote for <paramref name="groups"/>.</param>
    static abstract void Shuffle(sbyte* source, sbyte* destination, int channels, int groups, byte* masks);
}

/// <summary>Int8 channel shuffle, see <see cref="ChannelShuffleOperator"/>.</summary>
internal sealed unsafe class ShuffleKernel<TForm> : PreparedOperator
    where TForm : IShufflePixel
{
    /// <summary>Bytes of one piece.</summary>
    private const int PieceBytes = 8192;

    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly int _groups;
    private readonly int _pixels;
    private readonly int _pixelsPerPiece;
    private readonly byte* _masks;

    public ShuffleKernel(string kernel, ChannelShuffleOperator op, PreparationContext context)
    {
        Kernel = kernel;
        (_input, _output, _groups) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]), op.Groups);
        _pixels = _input.Shape[..^1].Aggregate(1, (a, b) => a * b);
        _pixelsPerPiece = Math.Max(1, PieceBytes / _input.Channels);
        _masks = ShuffleVector.Masks(_groups, context);
    }

    public override int Pieces => (_pixels + _pixelsPerPiece - 1) / _pixelsPerPiece;

    public override string Kernel { get; }

    public override void Run(int first, int end)
    {
        nint sourceStep = _input.RowStride, destinationStep = _output.RowStride, pixel = (nint)first * _pixelsPerPiece;
        sbyte* source = _input.Int8 + (pixel * sourceStep), destination = _output.Int8 + (pixel * destinationStep);
        int channels = _input.Channels, groups = _groups;
        byte* masks = _masks;
        for (nint left = Math.Min((nint)end * _pixelsPerPiece, _pixels) - pixel; left > 0; left--)
        {
            TForm.Shuffle(source, destination, channels, groups, masks);
            source += sourceStep;
            destination += destinationStep;
        }
    }
}

internal static class ShuffleKernels
{
    public static PreparedOperator Prepare(ChannelShuffleOperator op, PreparationContext context)
    {
        TensorView input = context.Tensor(op.Inputs[0]), output = context.Tensor(op.Outputs[0]);
        if (input.Definition.Type != ElementType.Int8)
            return new MoveOperator("ChannelShuffle", MovePlans.ChannelShuffle(new(input), new(output), op.Groups, 4), input, output);
        if (op.Groups > ShuffleVector.MaxGroups || context.VectorForm() == VectorForm.Scalar)
            return new ShuffleKernel<ShuffleScalar>("ChannelShuffleScalar", op, context);
        return op.Groups == 2 && input.Channels >= ShufflePairs.LeastChannels
            ? new ShuffleKernel<ShufflePairs>($"ChannelShufflePairs{context.VectorForm()}", op, context)
            : new ShuffleKernel<ShuffleVector>($"ChannelShuffle16{context.VectorForm()}", op, context);
    }
}
