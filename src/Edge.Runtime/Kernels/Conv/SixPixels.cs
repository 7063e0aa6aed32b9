using System.Runtime.CompilerServices;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>The rows of a tile of six pixels.</summary>
internal static unsafe class SixPixels
{
    /// <summary>Where the image has no further pixel the last one is read or written again.</summary>
    /// <param name="first">The first pixel.</param>
    /// <param name="stride">Bytes from a pixel to the next.</param>
    /// <param name="pixels">Pixels that there are, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void From(
        sbyte* first, nint stride, int pixels, out sbyte* second, out sbyte* third, out sbyte* fourth, out sbyte* fifth, out sbyte* sixth)
    {
        second = first + stride;
        third = second + stride;
        fourth = third + stride;
        fifth = fourth + stride;
        sixth = fifth + stride;
        if (pixels < 6)
        {
            second = pixels > 1 ? second : first;
            third = pixels > 2 ? third : second;
            fourth = pixels > 3 ? fourth : third;
            fifth = pixels > 4 ? fifth : fourth;
            sixth = fifth;
        }
    }
}
