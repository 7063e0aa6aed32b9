using System.Numerics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>One float32 function of one variable; input and output may be the same memory.</summary>
internal interface IFloatFunction
{
    static abstract string Name { get; }

    static abstract Vector<float> Invoke(Vector<float> x, float alpha, float beta);

    static abstract float Invoke(float x, float alpha, float beta);
}

/// <summary>Applies a function to every element. A piece is a run of elements.</summary>
internal sealed unsafe class FloatUnary<TFunction> : PreparedOperator
    where TFunction : IFloatFunction
{
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly RowBlocks _blocks;
    private readonly float _alpha;
    private readonly float _beta;

    public FloatUnary(FloatUnaryOperator op, PreparationContext context, float alpha, float beta)
    {
        (_input, _output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        (_alpha, _beta) = (op.Alpha ?? alpha, op.Beta ?? beta);
        (int rows, int length) = FloatStrides.Rows(_output, FloatStrides.IsDense(_input) && FloatStrides.IsDense(_output));
        _blocks = new RowBlocks(rows, length);
    }

    public override int Pieces => _blocks.Pieces;

    public override string Kernel => $"Float{TFunction.Name}-Vector";

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            (int row, int endRow, int start, int length) = _blocks[piece];
            for (; row < endRow; row++)
                Apply(_input.Float32 + ((nint)row * _input.RowStride) + start, _output.Float32 + ((nint)row * _output.RowStride) + start, length);
        }
    }

    private void Apply(float* x, float* y, int length)
    {
        int i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(TFunction.Invoke(Vector.Load(x + i), _alpha, _beta), y + i);
        for (; i < length; i++)
            y[i] = TFunction.Invoke(x[i], _alpha, _beta);
    }
}
