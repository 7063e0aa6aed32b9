namespace Edge.Training.Data;

/// <summary>A part of an image set: what trains, or what validates.</summary>
/// <param name="Images">The whole set.</param>
/// <param name="Indices">Which of its images, ascending.</param>
public sealed record Examples(ImageSet Images, int[] Indices)
{
    public int Count => Indices.Length;

    /// <summary>Class of the example at this place.</summary>
    public int ClassAt(int place) => Images.Classes[Indices[place]];

    /// <summary>Examples of every class.</summary>
    public int[] PerClass()
    {
        int[] counts = new int[Images.ClassNames.Count];
        foreach (int index in Indices)
            counts[Images.Classes[index]]++;
        return counts;
    }

    /// <summary>
    /// Weights that let every class count alike: n / (classes · n of the class), so that an average example weighs 1. 0 for a
    /// class without examples.
    /// </summary>
    public float[] BalancedWeights()
    {
        int[] counts = PerClass();
        int present = counts.Count(c => c > 0);
        return Array.ConvertAll(counts, c => c == 0 ? 0 : (float)Count / (present * c));
    }
}
