namespace Edge.Runtime.Tests.Kernels.Float;

internal static class RandomFloats
{
    /// <summary>Evenly spread in [-1, 1).</summary>
    public static float[] Next(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (random.NextSingle() * 2) - 1;
        return values;
    }
}
