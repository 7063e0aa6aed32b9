using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// The definition of convolution: for every output, acc = bias + Σ (x − zx)·w over the taps inside the image, requantized
/// or, for a float32 output, scaled.
/// One piece is one output row.
/// </summary>
internal sealed unsafe class ConvScalar : PreparedOperator
{
    private readonly Window _window;
    private readonly sbyte* _input;
    private readonly sbyte* _output;
    private readonly int _inputHeight, _inputWidth, _inputStride, _inputZeroPoint, _groupInputs;
    private readonly int _outputHeight, _outputWidth, _outputChannels, _outputStride, _outputZeroPoint, _groupOutputs;
    private readonly int _low, _high;
    private readonly bool _isReal;
    private readonly sbyte[] _weights;
    private readonly int[] _bias;
    private readonly float[] _multipliers;

    public ConvScalar(in ConvProblem problem, string name)
    {
        Kernel = name;
        MultiplyAccumulates = problem.MultiplyAccumulates;
        _window = problem.Window;
        _input = problem.Input;
        _output = problem.Output;
        _inputHeight = problem.InputHeight;
        _inputWidth = problem.InputWidth;
        _inputStride = problem.InputStride;
        _inputZeroPoint = problem.InputZeroPoint;
        _groupInputs = problem.GroupInputs;
        _outputHeight = problem.OutputHeight;
        _outputWidth = problem.OutputWidth;
        _outputChannels = problem.OutputChannels;
        _outputStride = problem.OutputStride;
        _outputZeroPoint = problem.OutputZeroPoint;
        _groupOutputs = problem.GroupOutputs;
        _isReal = problem.IsReal;
        _low = problem.Low;
        _high = problem.High;
        _weights = problem.Weights.ToArray();
        _bias = problem.Bias.ToArray();
        _multipliers = new float[_outputChannels];
        for (int o = 0; o < _outputChannels; o++)
            _multipliers[o] = problem.Multiplier(o);
    }

    public override int Pieces => _outputHeight;

    public override long MultiplyAccumulates { get; }

    public override string Kernel { get; }

    public override void Run(int first, int end)
    {
        for (int y = first; y < end; y++)
        {
            for (int x = 0; x < _outputWidth; x++)
            {
                sbyte* pixel = _output + ((((nint)y * _outputWidth) + x) * _outputStride);
                for (int o = 0; o < _outputChannels; o++)
                {
                    int acc = Accumulate(y, x, o);
                    if (_isReal)
                        ((float*)pixel)[o] = acc * _multipliers[o];
                    else
                        pixel[o] = Requantization.Requantize(acc, _multipliers[o], _outputZeroPoint, _low, _high);
                }
            }
        }
    }

    private int Accumulate(int outputY, int outputX, int output)
    {
        int group = output / _groupOutputs, acc = _bias[output];
        for (int kernelY = 0; kernelY < _window.KernelHeight; kernelY++)
        {
            for (int kernelX = 0; kernelX < _window.KernelWidth; kernelX++)
            {
                int y = (outputY * _window.StrideY) - _window.PadTop + (kernelY * _window.DilationY);
                int x = (outputX * _window.StrideX) - _window.PadLeft + (kernelX * _window.DilationX);
                if (y < 0 || y >= _inputHeight || x < 0 || x >= _inputWidth)
                    continue;
                sbyte* pixel = _input + ((((nint)y * _inputWidth) + x) * _inputStride) + (group * _groupInputs);
                int tap = (((output * _window.KernelHeight) + kernelY) * _window.KernelWidth) + kernelX;
                for (int c = 0; c < _groupInputs; c++)
                    acc += (pixel[c] - _inputZeroPoint) * _weights[(tap * _groupInputs) + c];
            }
        }

        return acc;
    }
}
