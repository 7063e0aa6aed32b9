using System.Numerics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Kernels.Float;

/// <summary>One float32 function of two variables.</summary>
internal interface IFloatBinaryFunction
{
    static abstract string Name { get; }

    static abstract Vector<float> Invoke(Vector<float> a, Vector<float> b);

    static abstract float Invoke(float a, float b);
}

/// <summary>
/// Applies a function element by element with NumPy broadcasting. Axes that lie alike in all three tensors are merged, the
/// innermost run is done in vectors. A piece is a run of elements.
/// </summary>
internal sealed unsafe class FloatBinary<TFunction> : PreparedOperator
    where TFunction : IFloatBinaryFunction
{
    private readonly TensorView _a;
    private readonly TensorView _b;
    private readonly TensorView _output;
    private readonly Axis[] _outer;
    private readonly Axis _inner;
    private readonly RowBlocks _blocks;

    public FloatBinary(FloatBinaryOperator op, PreparationContext context)
    {
        (_a, _b, _output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Inputs[1]), context.Tensor(op.Outputs[0]));
        List<Axis> axes = Merge(_a, _b, _output);
        _inner = axes[^1];
        _outer = [.. axes[..^1]];
        int rows = 1;
        foreach (Axis axis in _outer)
            rows *= axis.Size;
        _blocks = new RowBlocks(rows, _inner.Size);
    }

    public override int Pieces => _blocks.Pieces;

    public override string Kernel => $"Float{TFunction.Name}-Vector";

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            (int row, int endRow, int start, int length) = _blocks[piece];
            for (; row < endRow; row++)
            {
                nint a = start * _inner.A, b = start * _inner.B, y = start * _inner.Output;
                int rest = row;
                for (int i = _outer.Length - 1; i >= 0; i--)
                {
                    Axis axis = _outer[i];
                    int index = rest % axis.Size;
                    rest /= axis.Size;
                    a += index * axis.A;
                    b += index * axis.B;
                    y += index * axis.Output;
                }

                Apply(_a.Float32 + a, _b.Float32 + b, _output.Float32 + y, length);
            }
        }
    }

    private void Apply(float* a, float* b, float* y, int length)
    {
        int i = 0;
        if (_inner is { A: 1, B: 1, Output: 1 })
        {
            for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Store(TFunction.Invoke(Vector.Load(a + i), Vector.Load(b + i)), y + i);
        }
        else if (_inner is { A: 1, B: 0, Output: 1 })
        {
            var value = new Vector<float>(*b);
            for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Store(TFunction.Invoke(Vector.Load(a + i), value), y + i);
        }
        else if (_inner is { A: 0, B: 1, Output: 1 })
        {
            var value = new Vector<float>(*a);
            for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Store(TFunction.Invoke(value, Vector.Load(b + i)), y + i);
        }

        for (; i < length; i++)
            y[i * _inner.Output] = TFunction.Invoke(a[i * _inner.A], b[i * _inner.B]);
    }

    private static List<Axis> Merge(TensorView a, TensorView b, TensorView output)
    {
        int[] shape = output.Shape;
        nint[] stepA = FloatStrides.Broadcast(a, shape), stepB = FloatStrides.Broadcast(b, shape), stepY = new TensorLayout(output).Steps;
        var axes = new List<Axis>();
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] == 1)
                continue;
            var axis = new Axis(shape[i], stepA[i], stepB[i], stepY[i]);
            if (axes.Count > 0 && axes[0].Continues(axis))
                axes[0] = axes[0] with { Size = axes[0].Size * axis.Size };
            else
                axes.Insert(0, axis);
        }

        return axes.Count > 0 ? axes : [new Axis(1, 1, 1, 1)];
    }

    /// <summary>An axis of the result with the elements from one index to the next in the three tensors.</summary>
    private readonly record struct Axis(int Size, nint A, nint B, nint Output)
    {
        /// <summary>True when the axis <paramref name="outer"/> around this one makes one longer axis of the same strides.</summary>
        public bool Continues(Axis outer) => outer.A == A * Size && outer.B == B * Size && outer.Output == Output * Size;
    }
}
