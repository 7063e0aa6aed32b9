using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Runtime.Format;

namespace Edge.Runtime.Execution;

/// <summary>
/// All memory of one session. The arena is a pinned managed array, so that a span of the input or an output stays valid for as
/// long as somebody holds it, even when the session is gone; what only kernels see is native.
/// </summary>
internal sealed unsafe class SessionMemory : PreparationContext, IDisposable
{
    private const int Alignment = 64;
    private readonly EdgeModel _model;
    private readonly NativeHeap _heap = new();
    private readonly byte[] _arena;
    private readonly int _arenaStart;
    private readonly TensorView[] _tensors;

    public SessionMemory(EdgeModel model, InstructionSet instructionSet, int workers)
    {
        _model = model;
        InstructionSet = instructionSet;
        Workers = workers;
        _arena = GC.AllocateArray<byte>(checked((int)model.Manifest.ArenaSize + OverreadBytes + Alignment), pinned: true);
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_arena));
        ResidentPages.Populate(start, (nuint)_arena.Length);
        _arenaStart = (int)(-(nint)start & (Alignment - 1));
        _tensors = Array.ConvertAll(model.Manifest.Tensors, t => new TensorView
        {
            Definition = t,
            Data = t.Constant is { } constant ? CopyConstant(constant) : start + _arenaStart + t.Offset,
        });
    }

    public override InstructionSet InstructionSet { get; }

    public override int Workers { get; }

    public TensorDefinition Definition(int index) => _tensors[index].Definition;

    public int Elements(int index)
    {
        int elements = 1;
        foreach (int dimension in _tensors[index].Shape)
            elements *= dimension;
        return elements;
    }

    /// <summary>The bytes of an arena tensor from its first to its last element, gaps between rows included.</summary>
    public Span<byte> Bytes(int index)
    {
        TensorDefinition tensor = _tensors[index].Definition;
        int last = tensor.Shape[^1], rows = Elements(index) / last;
        int length = (((rows - 1) * tensor.RowStride) + last) * tensor.Type.Size();
        return _arena.AsSpan(_arenaStart + (int)tensor.Offset, length);
    }

    public override TensorView Tensor(int index) => _tensors[index];

    public override ReadOnlySpan<T> Constant<T>(int index) => _model.Constant<T>(index);

    public override void* Allocate(nuint bytes) => _heap.Allocate(bytes);

    public void Dispose() => _heap.Dispose();

    private byte* CopyConstant(int index)
    {
        ReadOnlySpan<byte> bytes = _model.StoredBytes(index);
        byte* copy = (byte*)_heap.Allocate((nuint)bytes.Length + OverreadBytes);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }
}
