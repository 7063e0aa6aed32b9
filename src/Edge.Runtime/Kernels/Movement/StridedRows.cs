using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Movement;

/// <summary>Copies rows of contiguous bytes that lie at regular distances: the channels of an image's pixels.</summary>
/// <param name="Bytes">Of a row, at least <see cref="LeastBytes"/>.</param>
/// <param name="SourceStep">Bytes from one row to the next.</param>
/// <param name="DestinationStep">Bytes from one row to the next.</param>
internal readonly unsafe record struct StridedRows(nint Bytes, nint SourceStep, nint DestinationStep)
{
    public const int LeastBytes = 16;

    /// <summary>Longer rows are left to the block copy of the runtime library.</summary>
    public const int MostBytes = 512;

    /// <summary>Source and destination don't overlap: the last sixteen bytes of a row may be copied twice.</summary>
    public void Copy(byte* source, byte* destination, int rows)
    {
        nint last = Bytes - LeastBytes;
        for (; rows > 0; rows--)
        {
            for (nint i = 0; i < last; i += LeastBytes)
                Vector128.Load(source + i).Store(destination + i);
            Vector128.Load(source + last).Store(destination + last);
            source += SourceStep;
            destination += DestinationStep;
        }
    }
}
