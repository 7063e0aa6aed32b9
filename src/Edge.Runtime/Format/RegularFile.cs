using System.Runtime.InteropServices;

namespace Edge.Runtime.Format;

/// <summary>Tells regular files from devices and pipes, and replaces them as a whole.</summary>
internal static unsafe partial class RegularFile
{
    /// <summary>As many as Linux follows (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    /// <summary>AT_FDCWD of fcntl.h, STATX_TYPE of linux/stat.h, where stx_mode lies and how long the structure is.</summary>
    private const int WorkingFolder = -100, TypeMask = 1, ModeOffset = 28, StatLength = 256;

    /// <summary>S_IFMT, S_IFREG and S_IFDIR of sys/stat.h.</summary>
    private const int TypeBits = 0xF000, Regular = 0x8000, Folder = 0x4000;

    /// <summary>Whether a path or what it links to is a file that can be read to its end.</summary>
    public static bool Is(string path) => TypeOf(path) is { } type ? type == Regular : File.Exists(path);

    /// <summary>Whether a path or what it links to is a device, a pipe or a socket.</summary>
    public static bool IsSpecial(string path) => TypeOf(path) is { } type && type is not (Regular or Folder);

    /// <summary>The path without any symbolic link. The file need not exist.</summary>
    /// <exception cref="IOException">Links lead to one another.</exception>
    public static string Resolve(string path) => Resolve(Path.GetFullPath(path), 0);

    /// <summary>
    /// Writes a file beside the one it replaces, then renames it: what was there before stays until all is written; where that fails
    /// nothing is left behind. Links stay links; devices and pipes are written into.
    /// </summary>
    /// <param name="flushToDisk">Whether the bytes are to be on the disk before the old ones go.</param>
    public static void Replace(string path, ReadOnlySpan<byte> bytes, bool flushToDisk = false)
    {
        if (path == "/dev/stdout")
        {
            using Stream output = Console.OpenStandardOutput();
            output.Write(bytes);
            return;
        }

        if (IsSpecial(path))
        {
            using var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            device.Write(bytes);
            return;
        }

        string target = Resolve(path), temporary = $"{target}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static string Resolve(string full, int links)
    {
        if (Path.GetDirectoryName(full) is not { } folder)
            return full;
        folder = Resolve(folder, links);
        string place = Path.Combine(folder, Path.GetFileName(full));
        if (new FileInfo(place).LinkTarget is not { } target)
            return place;
        return links < MaxLinks ? Resolve(Path.GetFullPath(target, folder), links + 1) : throw new IOException($"{full}: too many symbolic links");
    }

    /// <summary>Null where there is nothing, or the system does not say.</summary>
    private static int? TypeOf(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        byte* status = stackalloc byte[StatLength];
        return Stat(WorkingFolder, path, 0, TypeMask, status) == 0 ? *(ushort*)(status + ModeOffset) & TypeBits : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int folder, string path, int flags, uint mask, byte* status);
}
