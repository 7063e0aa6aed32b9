using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Calibration;

/// <summary>Which elements of a layer's input the weights of one output position are multiplied with.</summary>
internal sealed class PatchGeometry
{
    private readonly int _height, _width, _channels, _outputHeight, _outputWidth, _perGroup;
    private readonly WindowAttributes _window;

    /// <param name="node">A Conv in NHWC layout, or a Gemm whose input is one vector.</param>
    public PatchGeometry(Node node)
    {
        int[] input = node.Input(0).Shape!, output = node.Output.Shape!;
        if (node.OpType == OpTypes.Conv)
        {
            _window = WindowAttributes.From(node);
            (_height, _width, _channels, _outputHeight, _outputWidth) = (input[1], input[2], input[3], output[1], output[2]);
        }
        else
        {
            _window = new WindowAttributes { Kernel = [1, 1], Strides = [1, 1], Dilations = [1, 1], PadsBegin = [0, 0], PadsEnd = [0, 0] };
            (_height, _width, _channels, _outputHeight, _outputWidth) = (1, 1, Tensor.Volume(input), 1, 1);
        }

        Groups = node.Attributes.Int("group", 1);
        _perGroup = _channels / Groups;
        Length = _window.KernelVolume * _perGroup;
    }

    public int Groups { get; }

    /// <summary>Elements of a patch: [kernel row, kernel column, input channel of the group].</summary>
    public int Length { get; }

    /// <summary>Output positions of one image.</summary>
    public int Positions => _outputHeight * _outputWidth;

    /// <summary>
    /// Position <paramref name="sample"/> of <paramref name="count"/> in an image: evenly spread, moved on from image to image.
    /// </summary>
    public int Position(int sample, int count, int image) =>
        (int)((((long)sample * Positions / count) + ((long)image * 7919 % Positions)) % Positions);

    /// <summary>Copies the patch of one output position; padding is 0.</summary>
    /// <param name="nhwc">The layer's input, real values.</param>
    /// <param name="position">Output row · width + output column.</param>
    /// <param name="group">Group of channels.</param>
    /// <param name="patch">Receives <see cref="Length"/> elements.</param>
    public void Gather(ReadOnlySpan<float> nhwc, int position, int group, Span<float> patch)
    {
        (int row, int column) = Math.DivRem(position, _outputWidth);
        patch.Clear();
        for (int ky = 0; ky < _window.Kernel[0]; ky++)
        {
            int y = (row * _window.Strides[0]) - _window.PadsBegin[0] + (ky * _window.Dilations[0]);
            for (int kx = 0; kx < _window.Kernel[1] && (uint)y < (uint)_height; kx++)
            {
                int x = (column * _window.Strides[1]) - _window.PadsBegin[1] + (kx * _window.Dilations[1]);
                if ((uint)x < (uint)_width)
                {
                    nhwc.Slice((((y * _width) + x) * _channels) + (group * _perGroup), _perGroup)
                        .CopyTo(patch[(((ky * _window.Kernel[1]) + kx) * _perGroup)..]);
                }
            }
        }
    }
}
