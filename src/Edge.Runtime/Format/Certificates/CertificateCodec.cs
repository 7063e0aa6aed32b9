namespace Edge.Runtime.Format.Certificates;

/// <summary>
/// The record of one image in a certificate: the model's input as residuals of a prediction, the float network's logits (float32, little
/// endian), the package's logits (bytes of the tensor in memory order). Records follow each other in one Deflate stream (RFC 1951).
/// <para>
/// A code is predicted from its neighbours in the same channel, left a, above b and above left c: min(a, b) if c ≥ max(a, b),
/// max(a, b) if c ≤ min(a, b), else a + b − c (the median edge detector of LOCO-I, Weinberger, Seroussi, Sapiro, IEEE Transactions on
/// Image Processing 9, 2000); a alone in the first row, b alone in the first column, 0 in the corner. Residual = code − prediction
/// mod 256.
/// </para>
/// </summary>
internal static class CertificateCodec
{
    /// <param name="codes">[height, width, channels].</param>
    /// <param name="residuals">As many bytes.</param>
    /// <param name="row">Elements of a row: width · channels.</param>
    /// <param name="channels">Elements of a pixel.</param>
    public static void Encode(ReadOnlySpan<sbyte> codes, Span<byte> residuals, int row, int channels)
    {
        for (int i = 0; i < codes.Length; i++)
            residuals[i] = (byte)(codes[i] - Predict(codes, i, row, channels));
    }

    /// <summary>The inverse of <see cref="Encode"/>.</summary>
    public static void Decode(ReadOnlySpan<byte> residuals, Span<sbyte> codes, int row, int channels)
    {
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (sbyte)(residuals[i] + Predict(codes, i, row, channels));
    }

    private static int Predict(ReadOnlySpan<sbyte> codes, int i, int row, int channels)
    {
        bool first = i % row < channels;
        if (i < row)
            return first ? 0 : codes[i - channels];
        int above = codes[i - row];
        if (first)
            return above;
        int left = codes[i - channels], corner = codes[i - row - channels];
        (int low, int high) = left < above ? (left, above) : (above, left);
        return corner >= high ? low : corner <= low ? high : left + above - corner;
    }
}
