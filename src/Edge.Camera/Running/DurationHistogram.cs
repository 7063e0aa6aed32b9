using System.Runtime.CompilerServices;

namespace Edge.Camera.Running;

/// <summary>Counts durations in fixed buckets, as Prometheus and OpenTelemetry histograms do. Allocates nothing; not thread-safe.</summary>
internal sealed class DurationHistogram
{
    private DurationCounts _counts;

    /// <summary>A copy.</summary>
    public DurationCounts Counts => _counts;

    public void Add(TimeSpan duration) => _counts.Add(duration.TotalSeconds);
}

/// <summary>How many durations fell into which bucket. A value: copying it allocates nothing.</summary>
internal struct DurationCounts
{
    // Not constants of the property: code that is not optimised makes an object every time it reads those.
    private static readonly double[] UpperEnds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

    private Buckets _buckets;

    /// <summary>Upper ends, inclusive, in seconds; one more bucket takes what is longer. From a small network on a fast core to a
    /// stalled camera.</summary>
    public static ReadOnlySpan<double> Bounds => UpperEnds;

    /// <summary>Seconds.</summary>
    public double Sum { get; private set; }

    public long Count { get; private set; }

    /// <summary>Durations in one bucket alone; <see cref="Bounds"/>' length is the bucket without an end.</summary>
    public readonly long this[int bucket] => _buckets[bucket];

    public void Add(double seconds)
    {
        int bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket])
            bucket++;
        _buckets[bucket]++;
        Sum += seconds;
        Count++;
    }

    [InlineArray(12)]
    private struct Buckets
    {
        private long _first;
    }
}
