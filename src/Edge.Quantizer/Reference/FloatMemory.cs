using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference;

/// <summary>The native memory of one executor: the arena, the constants and what the kernels pack.</summary>
internal sealed unsafe class FloatMemory : PreparationContext, IDisposable
{
    private readonly FloatProgram _program;
    private readonly TensorView[] _views;
    private readonly List<nint> _blocks = [];

    public FloatMemory(FloatProgram program, ArenaPlan plan, int workers)
    {
        _program = program;
        Workers = workers;
        InstructionSet = InstructionSets.Choose();
        byte* arena = (byte*)Allocate((nuint)plan.TotalBytes + OverreadBytes);
        _views = new TensorView[program.Slots.Count];
        for (int i = 0; i < _views.Length; i++)
        {
            FloatProgram.Slot slot = program.Slots[i];
            byte* data = slot.Root is { } root ? _views[root].Data : slot.Data is { } constant ? Copy(constant) : arena + plan.Offset(i);
            _views[i] = new TensorView
            {
                Data = data,
                Definition = new TensorDefinition { Name = slot.Name, Type = ElementType.Float32, Shape = slot.Shape, RowStride = slot.Shape[^1] },
            };
        }
    }

    public override InstructionSet InstructionSet { get; }

    public override int Workers { get; }

    public override TensorView Tensor(int index) => _views[index];

    public override ReadOnlySpan<T> Constant<T>(int index) => MemoryMarshal.Cast<float, T>(_program.WeightsAt(index));

    /// <summary>The elements of a slot.</summary>
    public Span<float> Elements(int slot) => new(_views[slot].Data, Graph.Tensor.Volume(_views[slot].Shape));

    public override void* Allocate(nuint bytes)
    {
        void* block = NativeMemory.AlignedAlloc(Math.Max(bytes, 64), 64);
        NativeMemory.Clear(block, Math.Max(bytes, 64));
        _blocks.Add((nint)block);
        return block;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
            NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }

    private byte* Copy(float[] constant)
    {
        byte* data = (byte*)Allocate(((nuint)constant.Length * sizeof(float)) + OverreadBytes);
        constant.CopyTo(new Span<float>(data, constant.Length));
        return data;
    }
}
