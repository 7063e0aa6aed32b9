using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>A function of two values, element by element, with NumPy broadcasting of either.</summary>
internal sealed class BinaryOperator<T, TFunction>(Operand<T> a, Operand<T> b, Activation<T> output, Workers workers)
    : Operator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TFunction : struct, IBinaryFunction<T>
{
    private readonly T[][] _partsOfA = Parts(a, workers);
    private readonly T[][] _partsOfB = Parts(b, workers);

    public override IReadOnlyList<Activation<T>> Inputs { get; } =
        [.. new[] { a.Activation, b.Activation }.OfType<Activation<T>>()];

    public override IReadOnlyList<Activation<T>> Outputs { get; } = [output];

    public override IEnumerable<Parameter<T>> Parameters => new[] { a.Parameter, b.Parameter }.OfType<Parameter<T>>();

    public override void Forward(in PassContext pass)
    {
        a.Refresh();
        b.Refresh();
        T[] y = output.Data;
        if (a.IsFull && b.IsFull)
        {
            Partition.Elements(workers, pass.Batch * output.Shape.Elements, (first, end) =>
                Row(a.Data.AsSpan(first, end - first), 1, b.Data.AsSpan(first, end - first), 1, y.AsSpan(first, end - first)));
            return;
        }

        workers.Run(pass.Batch, (first, end) =>
            EachRow(first, end, (at, atA, atB, length) =>
                Row(a.Data.AsSpan(atA), a.ChannelStride, b.Data.AsSpan(atB), b.ChannelStride, y.AsSpan(at, length))));
    }

    public override void Backward(in PassContext pass)
    {
        Backward(pass.Batch, a, isA: true, _partsOfA);
        Backward(pass.Batch, b, isA: false, _partsOfB);
    }

    /// <summary>Where constants gather their gradient, one array for each worker.</summary>
    private static T[][] Parts(Operand<T> operand, Workers workers) =>
        operand.Parameter is null ? [] : [.. Enumerable.Range(0, workers.Count).Select(_ => new T[operand.Shape.Elements])];

    private void Backward(int batch, Operand<T> operand, bool isA, T[][] parts)
    {
        if (!operand.NeedsGradient)
            return;
        T[] dy = output.Gradient;
        if (operand.Activation is { } activation)
        {
            T[] target = activation.OpenGradient(out bool accumulate);
            if (a.IsFull && b.IsFull)
            {
                Partition.Elements(workers, batch * output.Shape.Elements, (first, end) =>
                    FullGradient(dy, target, first, end, isA, accumulate));
                return;
            }

            workers.Run(batch, (first, end) =>
            {
                if (!accumulate)
                    target.AsSpan(first * operand.ImageStride, (end - first) * operand.ImageStride).Clear();
                AddGradient(dy, target, first, end, operand, isA);
            });
            return;
        }

        Partition.Parts(workers, batch, (w, first, end) =>
        {
            Array.Clear(parts[w]);
            AddGradient(dy, parts[w], first, end, operand, isA);
        });
        foreach (T[] part in parts)
            operand.AddToParameter(part);
    }

    private void AddGradient(T[] dy, T[] target, int first, int end, Operand<T> operand, bool isA) =>
        EachRow(first, end, (at, atA, atB, length) => RowGradient(
            a.Data.AsSpan(atA), b.Data.AsSpan(atB), dy.AsSpan(at, length), target.AsSpan(isA ? atA : atB), operand.ChannelStride, isA));

    /// <summary>Calls the body for every pixel of the images [first, end): where output, a and b lie, and the channels.</summary>
    private void EachRow(int first, int end, Action<int, int, int, int> body)
    {
        ImageShape shape = output.Shape;
        int at = first * shape.Elements;
        for (int n = first; n < end; n++)
        {
            for (int y = 0; y < shape.Height; y++)
            {
                int rowA = (n * a.ImageStride) + (y * a.RowStride);
                int rowB = (n * b.ImageStride) + (y * b.RowStride);
                for (int x = 0; x < shape.Width; x++, at += shape.Channels)
                    body(at, rowA + (x * a.PixelStride), rowB + (x * b.PixelStride), shape.Channels);
            }
        }
    }

    private static void Row(ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> y)
    {
        ref T pa = ref MemoryMarshal.GetReference(a);
        ref T pb = ref MemoryMarshal.GetReference(b);
        ref T py = ref MemoryMarshal.GetReference(y);
        (var constantA, var constantB) = (new Vector<T>(a[0]), new Vector<T>(b[0]));
        int i = 0;
        for (; i <= y.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> va = strideA == 0 ? constantA : Vector.LoadUnsafe(ref pa, (nuint)i);
            Vector<T> vb = strideB == 0 ? constantB : Vector.LoadUnsafe(ref pb, (nuint)i);
            TFunction.Apply(va, vb).StoreUnsafe(ref py, (nuint)i);
        }

        for (; i < y.Length; i++)
            y[i] = TFunction.Apply(a[i * strideA], b[i * strideB]);
    }

    private void RowGradient(
        ReadOnlySpan<T> va, ReadOnlySpan<T> vb, ReadOnlySpan<T> dy, Span<T> target, int targetStride, bool isA)
    {
        ref T pa = ref MemoryMarshal.GetReference(va);
        ref T pb = ref MemoryMarshal.GetReference(vb);
        ref T pdy = ref MemoryMarshal.GetReference(dy);
        ref T pt = ref MemoryMarshal.GetReference(target);
        (var constantA, var constantB) = (new Vector<T>(va[0]), new Vector<T>(vb[0]));
        (int strideA, int strideB) = (a.ChannelStride, b.ChannelStride);
        Vector<T> sum = Vector<T>.Zero;
        int i = 0;
        for (; i <= dy.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> xa = strideA == 0 ? constantA : Vector.LoadUnsafe(ref pa, (nuint)i);
            Vector<T> xb = strideB == 0 ? constantB : Vector.LoadUnsafe(ref pb, (nuint)i);
            Vector<T> d = Vector.LoadUnsafe(ref pdy, (nuint)i);
            Vector<T> gradient = isA ? TFunction.GradientA(xa, xb, d) : TFunction.GradientB(xa, xb, d);
            if (targetStride == 0)
                sum += gradient;
            else
                (Vector.LoadUnsafe(ref pt, (nuint)i) + gradient).StoreUnsafe(ref pt, (nuint)i);
        }

        if (targetStride == 0)
            target[0] += Vector.Sum(sum);
        for (; i < dy.Length; i++)
            target[i * targetStride] += Gradient(va[i * strideA], vb[i * strideB], dy[i], isA);
    }

    private void FullGradient(T[] dy, T[] target, int first, int end, bool isA, bool accumulate)
    {
        ref T pa = ref MemoryMarshal.GetArrayDataReference(a.Data);
        ref T pb = ref MemoryMarshal.GetArrayDataReference(b.Data);
        ref T pdy = ref MemoryMarshal.GetArrayDataReference(dy);
        ref T pt = ref MemoryMarshal.GetArrayDataReference(target);
        int i = first;
        for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
        {
            nuint at = (nuint)i;
            (Vector<T> xa, Vector<T> xb) = (Vector.LoadUnsafe(ref pa, at), Vector.LoadUnsafe(ref pb, at));
            Vector<T> d = Vector.LoadUnsafe(ref pdy, at);
            Vector<T> gradient = isA ? TFunction.GradientA(xa, xb, d) : TFunction.GradientB(xa, xb, d);
            (accumulate ? Vector.LoadUnsafe(ref pt, at) + gradient : gradient).StoreUnsafe(ref pt, at);
        }

        for (; i < end; i++)
            target[i] = (accumulate ? target[i] : T.Zero) + Gradient(a.Data[i], b.Data[i], dy[i], isA);
    }

    private static T Gradient(T a, T b, T dy, bool isA) => isA ? TFunction.GradientA(a, b, dy) : TFunction.GradientB(a, b, dy);
}
