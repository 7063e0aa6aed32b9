namespace Edge.Runtime.Kernels.Shuffle;

/// <summary>The reference.</summary>
internal readonly unsafe struct ShuffleScalar : IShufflePixel
{
    public static void Shuffle(sbyte* source, sbyte* destination, int channels, int groups, byte* masks)
    {
        int perGroup = channels / groups;
        for (int j = 0; j < perGroup; j++)
        {
            for (int g = 0; g < groups; g++)
                destination[(j * groups) + g] = source[(g * perGroup) + j];
        }
    }
}
