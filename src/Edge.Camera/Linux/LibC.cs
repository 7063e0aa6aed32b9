using System.Runtime.InteropServices;

namespace Edge.Camera.Linux;

/// <summary>The C library's wrappers of system calls. Constants are those of x86-64 and arm64, which agree here.</summary>
internal static unsafe partial class LibC
{
    // fcntl.h
    public const int OpenReadWrite = 2;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;
    public const int SetPipeSize = 1031;

    // unistd.h
    public const int MayExecute = 1;

    // poll.h
    public const short PollIn = 1;
    public const short PollPriority = 2;
    public const short PollOut = 4;
    public const short PollError = 8;
    public const short PollHangUp = 16;

    // sys/mman.h
    public const int ProtectRead = 1;
    public const int ProtectWrite = 2;
    public const int MapShared = 1;
    public static readonly void* MapFailed = (void*)-1;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int file, void* to, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, void* from, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int file, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* address, nuint length);

    /// <param name="entries">What to wait for, and what happened.</param>
    /// <param name="count">Of the entries.</param>
    /// <param name="milliseconds">At most; -1 is for ever.</param>
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    /// <param name="process">Its id; negative for a process group.</param>
    /// <param name="signal">Its number.</param>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);
}

/// <summary>struct pollfd.</summary>
internal struct PollEntry
{
    public int File;
    public short Events;
    public short Happened;
}

/// <summary>Values of errno (asm-generic/errno.h).</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoSuchAddress = 6;
    public const int TryAgain = 11;
    public const int Access = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int Invalid = 22;
    public const int NotTypewriter = 25;
    public const int NoSpace = 28;
    public const int BrokenPipe = 32;
    public const int OutOfRange = 34;
    public const int NoLock = 37;
    public const int NoData = 61;
    public const int NoLink = 67;
}
