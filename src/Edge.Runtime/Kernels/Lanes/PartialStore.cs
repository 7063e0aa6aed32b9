using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>Stores that end where the channels end.</summary>
internal static unsafe class PartialStore
{
    /// <summary>Writes the first 1 to 15 bytes of a vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void First(Vector128<sbyte> bytes, sbyte* output, int count)
    {
        ulong rest = bytes.AsUInt64().ToScalar();
        if ((count & 8) != 0)
        {
            Unsafe.WriteUnaligned(output, rest);
            output += 8;
            rest = bytes.AsUInt64().GetElement(1);
        }

        if ((count & 4) != 0)
        {
            Unsafe.WriteUnaligned(output, (uint)rest);
            output += 4;
            rest >>= 32;
        }

        if ((count & 2) != 0)
        {
            Unsafe.WriteUnaligned(output, (ushort)rest);
            output += 2;
            rest >>= 16;
        }

        if ((count & 1) != 0)
            *output = (sbyte)rest;
    }
}
