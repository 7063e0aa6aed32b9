using System.Runtime.InteropServices;

namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Floats of which each is the one before times a ratio below 1, such as softmax's table of exponentials. In the file: the first
/// element and the ratio, as IEEE numbers of 32 and 64 bits. An element is the float nearest to a product that is multiplied on in
/// double precision, which gives the same bits on every machine.
/// </summary>
internal readonly record struct GeometricSeries(float First, double Ratio)
{
    /// <summary>Bits in the file.</summary>
    public const int Bits = 32 + 64;

    /// <summary>The series that gives exactly these floats, or null.</summary>
    /// <param name="bytes">Plain form of a constant.</param>
    public static GeometricSeries? Fit(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<float> elements = MemoryMarshal.Cast<byte, float>(bytes);
        if (elements.Length < 4 || !float.IsNormal(elements[0]) || elements[0] < 0)
            return null;

        // Every element says between which bounds the ratio is, the later ones the more exactly.
        double low = 0, high = 1;
        for (int i = 1; i < elements.Length && low < high; i++)
        {
            float element = elements[i];
            if (!float.IsNormal(element) || element < 0 || element > elements[i - 1])
                return null;
            double below = ((double)MathF.BitDecrement(element) + element) / 2, above = ((double)MathF.BitIncrement(element) + element) / 2;
            low = Math.Max(low, Math.Pow(below / elements[0], 1.0 / i));
            high = Math.Min(high, Math.Pow(above / elements[0], 1.0 / i));
        }

        var series = new GeometricSeries(elements[0], (low + high) / 2);
        float[] made = new float[elements.Length];
        series.Fill(made);
        return MemoryMarshal.AsBytes<float>(made).SequenceEqual(bytes) ? series : null;
    }

    public void Write(BitWriter writer)
    {
        writer.Bits(BitConverter.SingleToUInt32Bits(First), 32);
        ulong ratio = BitConverter.DoubleToUInt64Bits(Ratio);
        writer.Bits((uint)ratio, 32);
        writer.Bits((uint)(ratio >> 32), 32);
    }

    /// <summary>Decodes a constant.</summary>
    /// <param name="output">Its plain form, whole elements.</param>
    public static void Read(StoredReader reader, Span<byte> output)
    {
        float first = BitConverter.UInt32BitsToSingle(reader.Bits(32));
        uint low = reader.Bits(32), high = reader.Bits(32);
        new GeometricSeries(first, BitConverter.UInt64BitsToDouble(((ulong)high << 32) | low)).Fill(MemoryMarshal.Cast<byte, float>(output));
    }

    private void Fill(Span<float> elements)
    {
        double product = First;
        foreach (ref float element in elements)
        {
            element = (float)product;
            product *= Ratio;
        }
    }
}
