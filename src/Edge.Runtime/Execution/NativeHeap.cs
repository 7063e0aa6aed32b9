using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace Edge.Runtime.Execution;

/// <summary>Native memory of one owner: given back together, at the latest when the owner is collected.</summary>
internal sealed unsafe class NativeHeap : CriticalFinalizerObject, IDisposable
{
    private const nuint Alignment = 64;

    /// <summary>Small blocks share memory of this size: many calls of the system cost more than what is left over at the end.</summary>
    private const nuint SlabSize = 256 * 1024;

    private readonly List<nint> _slabs = [];
    private byte* _free;
    private nuint _left;

    ~NativeHeap() => Free();

    /// <summary>64-byte aligned, zeroed.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public void* Allocate(nuint bytes)
    {
        nuint size = checked(nuint.Max(bytes, 1) + Alignment - 1) & ~(Alignment - 1);
        if (size > _left)
        {
            if (size > SlabSize / 4)
                return Slab(size);
            _free = Slab(SlabSize);
            _left = SlabSize;
        }

        byte* block = _free;
        _free += size;
        _left -= size;
        return block;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private byte* Slab(nuint bytes)
    {
        _slabs.EnsureCapacity(_slabs.Count + 1);
        byte* slab = (byte*)NativeMemory.AllocZeroed(checked(bytes + Alignment - 1));
        _slabs.Add((nint)slab);
        byte* start = (byte*)(((nuint)slab + Alignment - 1) & ~(Alignment - 1));
        ResidentPages.Populate(start, bytes);
        return start;
    }

    private void Free()
    {
        foreach (nint slab in _slabs)
            NativeMemory.Free((void*)slab);
        _slabs.Clear();
        _free = null;
        _left = 0;
    }
}
