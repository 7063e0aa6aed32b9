namespace Edge.Training.Data;

/// <summary>Inputs and classes for one step. Its arrays are used again for a later batch.</summary>
/// <param name="capacity">Images at most.</param>
/// <param name="inputLength">Values of one image.</param>
public sealed class Batch(int capacity, int inputLength)
{
    /// <summary>[count, h, w, c], normalised; may be longer.</summary>
    public float[] Images { get; } = new float[(long)capacity * inputLength];

    /// <summary>The first <see cref="Count"/> are the images' classes.</summary>
    public int[] Classes { get; } = new int[capacity];

    /// <summary>With mixup: the classes of the images that were mixed in.</summary>
    public int[] MixedClasses { get; } = new int[capacity];

    /// <summary>Share of <see cref="Classes"/> in every image; 1 without mixup.</summary>
    public float Share { get; private set; } = 1;

    /// <summary>Places of the images among the examples.</summary>
    public int[] Places { get; } = new int[capacity];

    public int Count { get; internal set; }

    public int InputLength => inputLength;

    public Span<float> Image(int i) => Images.AsSpan(i * inputLength, inputLength);

    /// <summary>
    /// Mixes the first image with the last, the second with the last but one, and so on (mixup, Zhang et al. 2018; the batch is
    /// in random order already).
    /// </summary>
    /// <param name="share">Of the image itself, 0 to 1; the rest is its partner's.</param>
    internal void Mix(float share)
    {
        Share = share;
        for (int i = 0; i < Count; i++)
            MixedClasses[i] = Classes[Count - 1 - i];
        for (int i = 0; i < Count / 2; i++)
        {
            Span<float> a = Image(i), b = Image(Count - 1 - i);
            for (int k = 0; k < a.Length; k++)
                (a[k], b[k]) = ((share * a[k]) + ((1 - share) * b[k]), (share * b[k]) + ((1 - share) * a[k]));
        }
    }

    internal void Clear() => (Count, Share) = (0, 1);
}
