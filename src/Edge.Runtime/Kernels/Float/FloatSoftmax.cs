using System.Runtime.Intrinsics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Movement;
using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Softmax along one axis: exp(x − max) / Σ exp(x − max), the sum in index order in float64. A piece is one vector along the axis.
/// </summary>
internal sealed unsafe class FloatSoftmax : PreparedOperator
{
    private readonly float* _input;
    private readonly float* _output;
    private readonly int _size;
    private readonly nint _inputStep;
    private readonly nint _outputStep;
    private readonly int[] _others;
    private readonly nint[] _inputStrides;
    private readonly nint[] _outputStrides;

    public FloatSoftmax(FloatSoftmaxOperator op, PreparationContext context)
    {
        TensorView input = context.Tensor(op.Inputs[0]), output = context.Tensor(op.Outputs[0]);
        _input = input.Float32;
        _output = output.Float32;
        (_inputStrides, _outputStrides) = (new TensorLayout(input).Steps, new TensorLayout(output).Steps);
        (_size, _inputStep, _outputStep) = (input.Shape[op.Axis], _inputStrides[op.Axis], _outputStrides[op.Axis]);
        _others = [.. input.Shape];
        _others[op.Axis] = 1;
        Pieces = 1;
        foreach (int d in _others)
            Pieces *= d;
    }

    public override int Pieces { get; }

    public override string Kernel => "FloatSoftmax";

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            float* x = _input, y = _output;
            int rest = piece;
            for (int i = _others.Length - 1; i >= 0; i--)
            {
                int index = rest % _others[i];
                rest /= _others[i];
                x += index * _inputStrides[i];
                y += index * _outputStrides[i];
            }

            float max = float.NegativeInfinity;
            for (int i = 0; i < _size; i++)
                max = MathF.Max(max, x[i * _inputStep]);
            double sum = 0;
            for (int i = Neighbours(x, y, max); i < _size; i++)
                y[i * _outputStep] = Exponential.OfNonPositive(x[i * _inputStep] - max);
            for (int i = 0; i < _size; i++)
                sum += y[i * _outputStep];
            float scale = (float)(1 / sum);
            for (int i = 0; i < _size; i++)
                y[i * _outputStep] *= scale;
        }
    }

    /// <summary>exp(x − max) of fours, lane i of element i, where elements are neighbours.</summary>
    /// <returns>How many elements are done.</returns>
    private int Neighbours(float* x, float* y, float max)
    {
        int i = 0;
        for (; _inputStep == 1 && _outputStep == 1 && i + Vector128<float>.Count <= _size; i += Vector128<float>.Count)
            Exponential.OfNonPositive(Vector128.Load(x + i) - Vector128.Create(max)).Store(y + i);
        return i;
    }
}
