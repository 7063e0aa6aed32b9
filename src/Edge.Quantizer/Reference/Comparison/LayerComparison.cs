namespace Edge.Quantizer.Reference.Comparison;

/// <summary>How far two computations of the same tensor lie apart, summed over images.</summary>
public sealed record TensorDifference
{
    /// <summary>Elements compared.</summary>
    public long Elements { get; private set; }

    /// <summary>Elements that are not equal.</summary>
    public long Different { get; private set; }

    /// <summary>Largest difference of an int8 tensor, in quantization steps; 0 for float32 tensors.</summary>
    public int LargestStep { get; private set; }

    /// <summary>Largest max|a − b| / max|b| of any image, for float32 tensors; 0 for int8 tensors.</summary>
    public double LargestRelative { get; private set; }

    /// <summary>Share of elements that differ, 0 to 1.</summary>
    public double Fraction => Elements == 0 ? 0 : (double)Different / Elements;

    /// <param name="ours">Our result.</param>
    /// <param name="theirs">The same elements from ONNX Runtime.</param>
    public void Add(ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs)
    {
        Elements += ours.Length;
        for (int i = 0; i < ours.Length; i++)
        {
            int step = Math.Abs(ours[i] - theirs[i]);
            Different += step == 0 ? 0 : 1;
            LargestStep = Math.Max(LargestStep, step);
        }
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public void Add(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        Elements += ours.Length;
        double difference = 0, largest = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            Different += ours[i] == theirs[i] ? 0 : 1;
            difference = Math.Max(difference, Math.Abs((double)ours[i] - theirs[i]));
            largest = Math.Max(largest, Math.Abs(theirs[i]));
        }

        if (difference > 0)
            LargestRelative = Math.Max(LargestRelative, difference / largest);
    }
}

/// <summary>One operator of a package: our result against ONNX Runtime's.</summary>
public sealed record LayerComparison
{
    /// <summary>The operator's name.</summary>
    public required string Name { get; init; }

    /// <summary>conv, grouped, depthwise, fully-connected, max-pool, average-pool, or the name of the operator.</summary>
    public required string Kind { get; init; }

    /// <summary>What ONNX Runtime ran for this operator alone, for example "QLinearConv".</summary>
    public required string RanAs { get; init; }

    /// <summary>Largest step that the arithmetic contract allows here; null for float32 results.</summary>
    public required int? AllowedStep { get; init; }

    /// <summary>The operator alone, on the same input bytes: what its own arithmetic does.</summary>
    public TensorDifference Alone { get; } = new();

    /// <summary>The whole network from the image on: differences of earlier layers included.</summary>
    public TensorDifference Chained { get; } = new();

    /// <summary>Whether the operator alone stays within <see cref="AllowedStep"/>; in float32 within 1e-4 · max|b|.</summary>
    public bool Holds => AllowedStep is { } step ? Alone.LargestStep <= step : Alone.LargestRelative <= 1e-4;
}
