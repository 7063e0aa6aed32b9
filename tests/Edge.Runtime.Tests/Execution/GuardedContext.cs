using System.Runtime.InteropServices;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;

namespace Edge.Runtime.Tests.Execution;

/// <summary>
/// Runs a model in memory between pages that nobody may touch: a kernel that reads or writes outside of the arena (and the
/// promised bytes behind it) or of a constant tensor ends the test process.
/// </summary>
internal sealed unsafe partial class GuardedContext : PreparationContext, IDisposable
{
    private const int ReadWrite = 3, NoAccess = 0, PrivateAnonymous = 0x22, Page = 65536;
    private readonly List<(nint Address, nuint Length)> _mappings = [];
    private readonly EdgeModel _model;
    private readonly TensorView[] _tensors;

    public GuardedContext(EdgeModel model, InstructionSet instructionSet)
    {
        _model = model;
        InstructionSet = instructionSet;
        byte* arena = (byte*)Allocate((nuint)model.Manifest.ArenaSize + OverreadBytes);
        _tensors = Array.ConvertAll(model.Manifest.Tensors, t => new TensorView
        {
            Definition = t,
            Data = t.Constant is { } constant ? CopyConstant(constant) : arena + t.Offset,
        });
    }

    public override InstructionSet InstructionSet { get; }

    public override int Workers => 1;

    public static void Run(EdgeModel model, InstructionSet instructionSet)
    {
        using var context = new GuardedContext(model, instructionSet);
        PreparedOperator[] operators = Array.ConvertAll(model.Manifest.Operators, op => KernelFactory.Prepare(op, context));
        foreach (PreparedOperator op in operators)
            op.Run(0, op.Pieces);
        foreach (PreparedOperator op in operators)
            op.Dispose();
    }

    public override TensorView Tensor(int index) => _tensors[index];

    public override ReadOnlySpan<T> Constant<T>(int index) => _model.Constant<T>(index);

    public override void* Allocate(nuint bytes)
    {
        nuint room = (bytes + Page - 1) / Page * Page, length = room + (2 * Page);
        nint address = Map(0, length, ReadWrite, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, address);
        _mappings.Add((address, length));
        Assert.Equal(0, Protect(address, Page, NoAccess));
        Assert.Equal(0, Protect(address + Page + (nint)room, Page, NoAccess));
        return (void*)(address + Page + (nint)((room - bytes) / 64 * 64));
    }

    public void Dispose()
    {
        foreach ((nint address, nuint length) in _mappings)
            Assert.Equal(0, Unmap(address, length));
        _mappings.Clear();
    }

    private byte* CopyConstant(int index)
    {
        ReadOnlySpan<byte> bytes = _model.StoredBytes(index);
        byte* copy = (byte*)Allocate((nuint)bytes.Length + OverreadBytes);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
