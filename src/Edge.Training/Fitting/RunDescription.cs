using Edge.Runtime.Format;
using Edge.Training.Data;

namespace Edge.Training.Fitting;

/// <summary>What a run trains, on what and how: enough to go on with it in another process.</summary>
public sealed record RunDescription
{
    /// <summary>What the user called the network: a name of the catalog, or a file.</summary>
    public required string Network { get; init; }

    public required DataSource Data { get; init; }

    public required InputPreprocessing Input { get; init; }

    public required FitOptions Options { get; init; }

    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Not null in the quantization-aware phase: what the phase before it came to.</summary>
    public List<EpochRecord>? FloatHistory { get; init; }

    /// <summary>In the quantization-aware phase: the epoch whose weights it began with; 0 for those that the run began or was resumed with.</summary>
    public int FloatBestEpoch { get; init; }

    /// <summary>Likewise <see cref="TrainingProgress.BestIsResumed"/>.</summary>
    public bool FloatBestIsResumed { get; init; }

    /// <summary>Of the images that train and of those that validate (<see cref="ImageSet.Fingerprint"/>).</summary>
    public required string Fingerprint { get; init; }

    /// <summary>SHA-256 of the file of <see cref="FitOptions.Teacher"/>; null where there is none.</summary>
    public string? TeacherSha256 { get; init; }
}
