using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace Edge.Runtime.Execution;

/// <summary>Native memory of one owner: given back together, at the latest when the owner is collected.</summary>
internal sealed unsafe class NativeHeap : CriticalFinalizerObject, IDisposable
{
    private const nuint Alignment = 64;
    private readonly List<nint> _blocks = [];

    ~NativeHeap() => Free();

    /// <summary>64-byte aligned, zeroed.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public void* Allocate(nuint bytes)
    {
        _blocks.EnsureCapacity(_blocks.Count + 1);
        void* block = NativeMemory.AlignedAlloc(nuint.Max(bytes, 1), Alignment);
        ResidentPages.Populate(block, bytes);
        NativeMemory.Clear(block, bytes);
        _blocks.Add((nint)block);
        return block;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach (nint block in _blocks)
            NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }
}
