namespace Edge.Training.Fitting.Transfer;

/// <summary>Features of images, one row each.</summary>
/// <param name="Features">Numbers of a row.</param>
/// <param name="Classes">Class of every row.</param>
/// <param name="Data">[rows, features].</param>
public sealed record FeatureTable(int Features, int[] Classes, float[] Data)
{
    public int Rows => Classes.Length;

    public ReadOnlySpan<float> Row(int row) => Data.AsSpan(row * Features, Features);

    /// <summary>Some rows, copied in the order of their indices.</summary>
    public FeatureTable Select(IReadOnlyList<int> rows)
    {
        float[] data = new float[rows.Count * Features];
        for (int i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(data.AsSpan(i * Features));
        return new FeatureTable(Features, [.. rows.Select(r => Classes[r])], data);
    }

    /// <summary>The rows of several tables, one table after the other.</summary>
    public static FeatureTable Concatenate(params IReadOnlyList<FeatureTable> tables) => new(
        tables[0].Features, [.. tables.SelectMany(t => t.Classes)], [.. tables.SelectMany(t => t.Data)]);
}
