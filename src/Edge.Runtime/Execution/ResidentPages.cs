using System.Runtime.InteropServices;

namespace Edge.Runtime.Execution;

/// <summary>
/// Memory made present in one system call. Pages that come one by one, each at its first touch, cost more than twice as much, and a
/// program that answers once spends a tenth of its time on them.
/// </summary>
internal static unsafe partial class ResidentPages
{
    /// <summary>MADV_POPULATE_WRITE of Linux 5.14 (asm-generic/mman-common.h).</summary>
    private const int PopulateWrite = 23;

    /// <summary>Below it a call costs about what it saves.</summary>
    private const nuint Least = 64 * 1024;

    /// <summary>For memory that is about to be written. Where the system can't, pages come at their first touch as ever.</summary>
    public static void Populate(void* start, nuint length)
    {
        if (!OperatingSystem.IsLinux() || length < Least)
            return;
        nuint page = (nuint)Environment.SystemPageSize;
        nuint first = ((nuint)start + page - 1) & ~(page - 1), end = ((nuint)start + length) & ~(page - 1);
        _ = Advise((void*)first, end - first, PopulateWrite);
    }

    /// <summary>An array that is about to be written from end to end. Its bytes are whatever lay there.</summary>
    public static byte[] Allocate(int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        fixed (byte* start = bytes)
            Populate(start, (nuint)length);
        return bytes;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
