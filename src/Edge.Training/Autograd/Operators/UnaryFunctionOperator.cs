using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>Applies a function to every element.</summary>
internal sealed class UnaryFunctionOperator<T, TFunction>(
    Activation<T> input, Activation<T> output, TFunction function, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
    where TFunction : struct, IUnaryFunction<T>
{
    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        Partition.Elements(workers, pass.Batch * Input.Shape.Elements, (first, end) => Forward(x, y, first, end, function));
    }

    public override void Backward(in PassContext pass)
    {
        (T[] x, T[] y, T[] dy) = (Input.Data, Output.Data, Output.Gradient);
        T[] dx = Input.OpenGradient(out bool accumulate);
        Partition.Elements(
            workers,
            pass.Batch * Input.Shape.Elements,
            (first, end) => Backward((x, y, dy, dx), first, end, function, accumulate));
    }

    private static void Forward(T[] x, T[] y, int first, int end, TFunction function)
    {
        ref T px = ref MemoryMarshal.GetArrayDataReference(x);
        ref T py = ref MemoryMarshal.GetArrayDataReference(y);
        int i = first;
        for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
            function.Apply(Vector.LoadUnsafe(ref px, (nuint)i)).StoreUnsafe(ref py, (nuint)i);
        for (; i < end; i++)
            y[i] = function.Apply(x[i]);
    }

    private static void Backward(
        (T[] X, T[] Y, T[] Dy, T[] Dx) data, int first, int end, TFunction function, bool accumulate)
    {
        ref T px = ref MemoryMarshal.GetArrayDataReference(data.X);
        ref T py = ref MemoryMarshal.GetArrayDataReference(data.Y);
        ref T pdy = ref MemoryMarshal.GetArrayDataReference(data.Dy);
        ref T pdx = ref MemoryMarshal.GetArrayDataReference(data.Dx);
        int i = first;
        for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
        {
            nuint at = (nuint)i;
            Vector<T> dx = Vector.LoadUnsafe(ref pdy, at)
                * function.Derivative(Vector.LoadUnsafe(ref px, at), Vector.LoadUnsafe(ref py, at));
            (accumulate ? Vector.LoadUnsafe(ref pdx, at) + dx : dx).StoreUnsafe(ref pdx, at);
        }

        for (; i < end; i++)
        {
            T dx = data.Dy[i] * function.Derivative(data.X[i], data.Y[i]);
            data.Dx[i] = accumulate ? data.Dx[i] + dx : dx;
        }
    }
}
