using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Calibration;

/// <summary>Which elements of a layer's input the weights of an output position are multiplied with.</summary>
internal sealed class LayerGeometry
{
    private readonly WindowAttributes _window;

    /// <param name="node">A Conv in NHWC layout, or a Gemm whose input is one vector.</param>
    public LayerGeometry(Node node)
    {
        int[] input = node.Input(0).Shape!, output = node.Output.Shape!;
        if (node.OpType == OpTypes.Conv)
        {
            _window = WindowAttributes.From(node);
            (InputHeight, InputWidth, Channels, OutputHeight, OutputWidth) = (input[1], input[2], input[3], output[1], output[2]);
        }
        else
        {
            _window = new WindowAttributes { Kernel = [1, 1], Strides = [1, 1], Dilations = [1, 1], PadsBegin = [0, 0], PadsEnd = [0, 0] };
            (InputHeight, InputWidth, Channels, OutputHeight, OutputWidth) = (1, 1, Tensor.Volume(input), 1, 1);
        }

        Groups = node.Attributes.Int("group", 1);
        ChannelsPerGroup = Channels / Groups;
        Length = _window.KernelVolume * ChannelsPerGroup;
    }

    public int InputHeight { get; }

    public int InputWidth { get; }

    public int OutputHeight { get; }

    public int OutputWidth { get; }

    /// <summary>Input channels of all groups.</summary>
    public int Channels { get; }

    public int Groups { get; }

    public int ChannelsPerGroup { get; }

    public int KernelHeight => _window.Kernel[0];

    public int KernelWidth => _window.Kernel[1];

    /// <summary>Elements of a patch: [kernel row, kernel column, input channel of the group].</summary>
    public int Length { get; }

    /// <summary>Output positions of one image.</summary>
    public int Positions => OutputHeight * OutputWidth;

    /// <summary>
    /// Position <paramref name="sample"/> of <paramref name="count"/> in an image: evenly spread, moved on from image to image.
    /// </summary>
    public int Position(int sample, int count, int image) => Position(sample, count, image, Positions);

    /// <inheritdoc cref="Position(int, int, int)"/>
    /// <param name="positions">Of an image.</param>
    public static int Position(int sample, int count, int image, int positions) =>
        (int)((((long)sample * positions / count) + ((long)image * 7919 % positions)) % positions);

    /// <summary>Input row under kernel row <paramref name="ky"/> for an output row; outside the input it is padding.</summary>
    public int InputRow(int outputRow, int ky) => (outputRow * _window.Strides[0]) - _window.PadsBegin[0] + (ky * _window.Dilations[0]);

    /// <summary>Input column under kernel column <paramref name="kx"/> for an output column; outside the input it is padding.</summary>
    public int InputColumn(int outputColumn, int kx) =>
        (outputColumn * _window.Strides[1]) - _window.PadsBegin[1] + (kx * _window.Dilations[1]);

    /// <summary>Copies the patch of one output position; padding is 0.</summary>
    /// <param name="nhwc">The layer's input, real values.</param>
    /// <param name="position">Output row · width + output column.</param>
    /// <param name="group">Group of channels.</param>
    /// <param name="patch">Receives <see cref="Length"/> elements.</param>
    public void Gather(ReadOnlySpan<float> nhwc, int position, int group, Span<float> patch)
    {
        (int row, int column) = Math.DivRem(position, OutputWidth);
        patch.Clear();
        for (int ky = 0; ky < KernelHeight; ky++)
        {
            int y = InputRow(row, ky);
            for (int kx = 0; kx < KernelWidth && (uint)y < (uint)InputHeight; kx++)
            {
                int x = InputColumn(column, kx);
                if ((uint)x < (uint)InputWidth)
                {
                    nhwc.Slice((((y * InputWidth) + x) * Channels) + (group * ChannelsPerGroup), ChannelsPerGroup)
                        .CopyTo(patch[(((ky * KernelWidth) + kx) * ChannelsPerGroup)..]);
                }
            }
        }
    }
}
