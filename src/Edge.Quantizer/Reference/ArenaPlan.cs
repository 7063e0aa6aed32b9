using Edge.Quantizer.Graph;
using Edge.Runtime.Execution;

namespace Edge.Quantizer.Reference;

/// <summary>
/// Places the slots of a program in one block of memory: slots whose lifetimes do not meet may share bytes. Larger slots
/// choose first, each the lowest gap that it fits.
/// </summary>
internal sealed class ArenaPlan
{
    private const long Alignment = 64;

    private readonly long[] _offsets;

    /// <param name="program">The slots and the steps that use them.</param>
    /// <param name="first">Slots that are written before the first step.</param>
    /// <param name="last">Slots that are read after the last step.</param>
    public ArenaPlan(FloatProgram program, IEnumerable<int> first, IEnumerable<int> last)
    {
        (int Start, int End)[] lives = Lifetimes(program, first, last);
        _offsets = new long[lives.Length];
        var placed = new List<(long Offset, long End, int Start, int Last)>();
        foreach (int slot in Enumerable.Range(0, lives.Length).Where(s => lives[s].End >= 0).OrderByDescending(s => Bytes(program, s)))
        {
            (int start, int end) = lives[slot];
            long size = Bytes(program, slot), offset = 0;
            foreach ((long other, long otherEnd, int _, int _) in placed.Where(p => p.Start <= end && start <= p.Last).OrderBy(p => p.Offset))
            {
                if (offset + size <= other)
                    break;
                offset = Math.Max(offset, otherEnd);
            }

            _offsets[slot] = offset;
            placed.Add((offset, offset + size, start, end));
            TotalBytes = Math.Max(TotalBytes, offset + size);
        }
    }

    public long TotalBytes { get; }

    /// <summary>Bytes from the start of the block to a slot that owns its memory.</summary>
    public long Offset(int root) => _offsets[root];

    private static long Bytes(FloatProgram program, int slot)
    {
        long bytes = ((long)Tensor.Volume(program.Shape(slot)) * sizeof(float)) + PreparationContext.OverreadBytes;
        return (bytes + Alignment - 1) / Alignment * Alignment;
    }

    /// <summary>First and last step that needs each slot's memory; −1 for constants and views, which own none.</summary>
    private static (int Start, int End)[] Lifetimes(FloatProgram program, IEnumerable<int> first, IEnumerable<int> last)
    {
        var lives = new (int Start, int End)[program.Slots.Count];
        Array.Fill(lives, (int.MaxValue, -1));
        foreach (int slot in first)
            Use(slot, 0);
        for (int i = 0; i < program.Steps.Count; i++)
        {
            foreach (int slot in program.Steps[i].Inputs.Concat(program.Steps[i].Outputs))
                Use(slot, i);
        }

        // Whoever observes a node sees its outputs after its last step.
        foreach ((Node node, int endStep) in program.Nodes)
        {
            foreach (Value output in node.Outputs)
                Use(program.SlotOf(output), Math.Max(0, endStep - 1));
        }

        foreach (int slot in last)
            Use(slot, program.Steps.Count);
        return lives;

        void Use(int slot, int step)
        {
            FloatProgram.Slot s = program.Slots[slot];
            if (s.Data is not null)
                return;
            int root = s.Root ?? slot;
            lives[root] = (Math.Min(lives[root].Start, step), Math.Max(lives[root].End, step));
        }
    }
}
