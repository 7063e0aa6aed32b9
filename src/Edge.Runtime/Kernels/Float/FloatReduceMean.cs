using System.Numerics;
using System.Runtime.Intrinsics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Mean over any axes. Where the innermost axis is averaged, each of eight lanes sums every eighth element; where it is kept,
/// whole rows are added. A piece is one such row, or one output element.
/// </summary>
internal sealed unsafe class FloatReduceMean : PreparedOperator
{
    private readonly float* _input;
    private readonly TensorView _output;
    private readonly int _length;
    private readonly bool _innerReduced;
    private readonly nint[] _kept;
    private readonly nint[] _reduced;
    private readonly float _scale;

    public FloatReduceMean(FloatReduceMeanOperator op, PreparationContext context)
    {
        TensorView input = context.Tensor(op.Inputs[0]);
        _input = input.Float32;
        _output = context.Tensor(op.Outputs[0]);
        int[] shape = input.Shape;
        nint[] strides = new TensorLayout(input).Steps;
        _innerReduced = op.Axes.AsSpan().Contains(shape.Length - 1);

        // Averaged inner axes that lie densely behind each other are one long axis.
        int outer = shape.Length - 1;
        _length = shape[outer];
        while (_innerReduced && outer > 0 && op.Axes.AsSpan().Contains(outer - 1) && strides[outer - 1] == _length)
            _length *= shape[--outer];

        _kept = Offsets(shape, strides, outer, axis => !op.Axes.AsSpan().Contains(axis));
        _reduced = Offsets(shape, strides, outer, axis => op.Axes.AsSpan().Contains(axis));
        _scale = 1f / ((long)_reduced.Length * (_innerReduced ? _length : 1));
    }

    public override int Pieces => _kept.Length;

    public override string Kernel => "FloatReduceMean-Vector";

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            float* x = _input + _kept[piece];
            if (_innerReduced)
            {
                int last = _output.Shape[^1];
                _output.Float32[((nint)(piece / last) * _output.RowStride) + (piece % last)] = Sum(x) * _scale;
            }
            else
            {
                AverageRows(x, _output.Float32 + ((nint)piece * _output.RowStride));
            }
        }
    }

    private float Sum(float* x)
    {
        Vector256<float> lanes = Vector256<float>.Zero;
        float tail = 0;
        foreach (nint offset in _reduced)
        {
            int i = 0;
            for (; i <= _length - 8; i += 8)
                lanes += Vector256.Load(x + offset + i);
            for (; i < _length; i++)
                tail += x[offset + i];
        }

        float sum = tail;
        for (int lane = 0; lane < 8; lane++)
            sum += lanes.GetElement(lane);
        return sum;
    }

    private void AverageRows(float* x, float* y)
    {
        new Span<float>(y, _length).Clear();
        foreach (nint offset in _reduced)
        {
            float* row = x + offset;
            int i = 0;
            for (; i <= _length - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Store(Vector.Load(y + i) + Vector.Load(row + i), y + i);
            for (; i < _length; i++)
                y[i] += row[i];
        }

        for (int i = 0; i < _length; i++)
            y[i] *= _scale;
    }

    /// <summary>Offsets of all index combinations of the chosen axes before <paramref name="end"/>, in row-major order.</summary>
    private static nint[] Offsets(int[] shape, nint[] strides, int end, Func<int, bool> chosen)
    {
        nint[] offsets = [0];
        for (int axis = 0; axis < end; axis++)
        {
            if (!chosen(axis))
                continue;
            var next = new nint[offsets.Length * shape[axis]];
            for (int i = 0; i < next.Length; i++)
                next[i] = offsets[i / shape[axis]] + (i % shape[axis] * strides[axis]);
            offsets = next;
        }

        return offsets;
    }
}
