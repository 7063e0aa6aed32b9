namespace Edge.Training.Autograd;

/// <summary>What a caller may switch between passes, shared by the operators of a network.</summary>
internal sealed class NetworkSwitches
{
    public bool FreezeStatistics { get; set; }
}
