namespace Edge.Runtime.Execution;

public sealed record SessionOptions
{
    /// <summary>Threads that share each operator, the caller's included; 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>Kernel form; null for <see cref="InstructionSets.Choose"/>.</summary>
    public InstructionSet? InstructionSet { get; init; }
}
