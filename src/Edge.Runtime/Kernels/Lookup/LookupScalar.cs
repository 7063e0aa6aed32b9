namespace Edge.Runtime.Kernels.Lookup;

/// <summary>The reference: one table read per element.</summary>
internal static unsafe class LookupScalar
{
    public static void Row(sbyte* source, sbyte* destination, int count, sbyte* table)
    {
        for (int i = 0; i < count; i++)
            destination[i] = table[source[i] + 128];
    }
}
