using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>ReLU and Clip. Input and output may share their memory.</summary>
internal sealed class ClampOperator<T>(Activation<T> input, Activation<T> output, ClampBounds<T> bounds, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _inPlace = ReferenceEquals(input.Storage, output.Storage);

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        Partition.Elements(workers, pass.Batch * Input.Shape.Elements, (first, end) => Forward(x, y, first, end, bounds));
    }

    public override void Backward(in PassContext pass)
    {
        (T[] y, T[] dy) = (Output.Data, Output.Gradient);
        bool accumulate = false;
        T[] dx = _inPlace ? dy : Input.OpenGradient(out accumulate);
        Partition.Elements(
            workers, pass.Batch * Input.Shape.Elements, (first, end) => Backward(y, dy, dx, first, end, bounds, accumulate));
    }

    /// <summary>dx = dy, or dx += dy, where y lies between the bounds.</summary>
    public static void Backward(T[] y, T[] dy, T[] dx, int first, int end, ClampBounds<T> bounds, bool accumulate)
    {
        ref T py = ref MemoryMarshal.GetArrayDataReference(y);
        ref T pdy = ref MemoryMarshal.GetArrayDataReference(dy);
        ref T pdx = ref MemoryMarshal.GetArrayDataReference(dx);
        (var low, var high) = (new Vector<T>(bounds.Low), new Vector<T>(bounds.High));
        int i = first;
        for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> result = Vector.LoadUnsafe(ref py, (nuint)i);
            Vector<T> inside = Vector.BitwiseAnd(Vector.GreaterThan(result, low), Vector.LessThan(result, high));
            Vector<T> passed = Vector.BitwiseAnd(inside, Vector.LoadUnsafe(ref pdy, (nuint)i));
            (accumulate ? Vector.LoadUnsafe(ref pdx, (nuint)i) + passed : passed).StoreUnsafe(ref pdx, (nuint)i);
        }

        for (; i < end; i++)
            dx[i] = (accumulate ? dx[i] : T.Zero) + bounds.Pass(y[i], dy[i]);
    }

    private static void Forward(T[] x, T[] y, int first, int end, ClampBounds<T> bounds)
    {
        ref T px = ref MemoryMarshal.GetArrayDataReference(x);
        ref T py = ref MemoryMarshal.GetArrayDataReference(y);
        (var low, var high) = (new Vector<T>(bounds.Low), new Vector<T>(bounds.High));
        int i = first;
        for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
            Vector.MinNative(high, Vector.MaxNative(low, Vector.LoadUnsafe(ref px, (nuint)i))).StoreUnsafe(ref py, (nuint)i);
        for (; i < end; i++)
            y[i] = bounds.Apply(x[i]);
    }
}
