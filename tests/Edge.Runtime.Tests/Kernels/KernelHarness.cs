using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>
/// Tensors and constants in native memory for tests of single operators, with guard bytes that a kernel must not write behind
/// every tensor, between the rows of slices and behind the memory that the kernel asked for.
/// </summary>
internal sealed unsafe class KernelHarness(InstructionSet instructionSet, int workers = 1) : PreparationContext, IDisposable
{
    private const byte Guard = 0xA5;
    private const int GuardBytes = 64;
    private readonly List<TensorView> _tensors = [];
    private readonly List<nuint> _sizes = [];
    private readonly List<Array> _constants = [];
    private readonly List<(nint Start, nuint Bytes)> _memory = [];

    public override InstructionSet InstructionSet => instructionSet;

    public override int Workers => workers;

    public override TensorView Tensor(int index) => _tensors[index];

    public override ReadOnlySpan<T> Constant<T>(int index) => (T[])_constants[index];

    public override void* Allocate(nuint bytes)
    {
        var p = (byte*)NativeMemory.AlignedAlloc(bytes + GuardBytes, 64);
        NativeMemory.Clear(p, bytes);
        NativeMemory.Fill(p + bytes, GuardBytes, Guard);
        _memory.Add(((nint)p, bytes));
        return p;
    }

    public int AddConstant<T>(T[] data)
        where T : unmanaged
    {
        _constants.Add(data);
        return _constants.Count - 1;
    }

    /// <summary>An int8 tensor; <paramref name="rowStride"/> larger than the last dimension makes it a slice of a wider one.</summary>
    public int AddInt8(int[] shape, sbyte[]? data = null, float scale = 1, int zeroPoint = 0, int? rowStride = null) =>
        Add(ElementType.Int8, shape, data, scale, zeroPoint, rowStride);

    public int AddFloat(int[] shape, float[]? data = null, int? rowStride = null) =>
        Add(ElementType.Float32, shape, data, 0, 0, rowStride);

    /// <summary>Prepares and runs the operator, its pieces one by one, last first, as unlucky workers would.</summary>
    public void Run(PreparedOperator op)
    {
        for (int piece = op.Pieces - 1; piece >= 0; piece--)
            op.Run(piece, piece + 1);
        for (int i = 0; i < _tensors.Count; i++)
        {
            byte* end = _tensors[i].Data + _sizes[i];
            for (int j = 0; j < OverreadBytes; j++)
                Assert.True(end[j] == Guard, $"a byte behind tensor {i} was overwritten");
            CheckGaps(i);
        }

        foreach ((nint start, nuint bytes) in _memory)
        {
            var end = new ReadOnlySpan<byte>((byte*)start + bytes, GuardBytes);
            Assert.True(end.IndexOfAnyExcept(Guard) < 0, $"a byte behind {bytes} allocated bytes was overwritten");
        }
    }

    /// <summary>The elements of a tensor without the gaps between rows.</summary>
    public T[] Read<T>(int tensor)
        where T : unmanaged
    {
        TensorView view = _tensors[tensor];
        int last = view.Shape[^1], rows = view.Shape[..^1].Aggregate(1, (a, b) => a * b);
        var result = new T[rows * last];
        for (int r = 0; r < rows; r++)
            new ReadOnlySpan<T>((T*)view.Data + ((nint)r * view.RowStride), last).CopyTo(result.AsSpan(r * last));
        return result;
    }

    public void Dispose()
    {
        foreach ((nint start, _) in _memory)
            NativeMemory.AlignedFree((void*)start);
        _memory.Clear();
    }

    // The elements between the rows of a channel slice belong to its neighbours.
    private void CheckGaps(int tensor)
    {
        TensorView view = _tensors[tensor];
        int size = view.Definition.Type == ElementType.Int8 ? 1 : 4, last = view.Shape[^1];
        int rows = view.Shape[..^1].Aggregate(1, (a, b) => a * b);
        for (int r = 0; r < rows - 1; r++)
        {
            byte* row = view.Data + ((nint)r * view.RowStride * size);
            for (int j = last * size; j < view.RowStride * size; j++)
                Assert.True(row[j] == Guard, $"a byte between rows {r} and {r + 1} of tensor {tensor} was overwritten");
        }
    }

    private int Add(ElementType type, int[] shape, Array? data, float scale, int zeroPoint, int? rowStride)
    {
        int size = type == ElementType.Int8 ? 1 : 4, last = shape[^1], rows = shape[..^1].Aggregate(1, (a, b) => a * b);
        int stride = rowStride ?? last;
        nuint bytes = (nuint)((((rows - 1) * stride) + last) * size);
        byte* p = (byte*)Allocate(bytes + OverreadBytes);
        new Span<byte>(p, (int)bytes + OverreadBytes).Fill(Guard);
        if (data is not null)
        {
            GCHandle pin = GCHandle.Alloc(data, GCHandleType.Pinned);
            for (int r = 0; r < rows; r++)
                Buffer.MemoryCopy((byte*)pin.AddrOfPinnedObject() + ((nint)r * last * size), p + ((nint)r * stride * size), last * size, last * size);
            pin.Free();
        }

        _tensors.Add(new TensorView
        {
            Data = p,
            Definition = new TensorDefinition
            {
                Name = $"t{_tensors.Count}",
                Type = type,
                Shape = shape,
                Scale = scale,
                ZeroPoint = zeroPoint,
                RowStride = stride,
            },
        });
        _sizes.Add(bytes);
        return _tensors.Count - 1;
    }
}
