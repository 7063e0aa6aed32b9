using System.Runtime.CompilerServices;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>The rows of a tile of four pixels.</summary>
internal static unsafe class FourPixels
{
    /// <inheritdoc cref="SixPixels.From"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void From(sbyte* first, nint stride, int pixels, out sbyte* second, out sbyte* third, out sbyte* fourth)
    {
        second = pixels > 1 ? first + stride : first;
        third = pixels > 2 ? second + stride : second;
        fourth = pixels > 3 ? third + stride : third;
    }
}
