using System.Globalization;
using System.Runtime.InteropServices;
using Edge.Quantizer.Onnx.Schema;

namespace Edge.Quantizer.Onnx;

/// <summary>
/// Tensor data in a file beside the model: location, offset and length. The file must lie inside the model's folder.
/// </summary>
internal static class ExternalData
{
    /// <param name="file">Full path of the file that the data lies in.</param>
    /// <exception cref="InvalidDataException">The location leaves the folder, or the file is missing or too short.</exception>
    public static unsafe T[] Read<T>(string folder, TensorProto proto, int count, out string file)
        where T : unmanaged
    {
        string location = Entry(proto, "location")
            ?? throw new InvalidDataException("it lies in an external file that it does not name");
        long bytes = (long)count * sizeof(T);
        long offset = Number(proto, "offset") ?? 0;
        long length = Number(proto, "length") ?? bytes;
        if (length != bytes)
            throw new InvalidDataException($"its shape asks for {bytes} bytes, '{location}' is said to hold {length}");
        FileInfo info = Locate(folder, location);
        if (offset > info.Length || bytes > info.Length - offset)
            throw new InvalidDataException($"'{location}' has {info.Length} bytes, expected {bytes} from offset {offset}");
        T[] data = new T[count];
        using FileStream stream = info.OpenRead();
        stream.Position = offset;
        stream.ReadExactly(MemoryMarshal.AsBytes(data.AsSpan()));
        file = info.FullName;
        return data;
    }

    private static FileInfo Locate(string folder, string location)
    {
        string root = Path.GetFullPath(folder);
        string path = Path.GetFullPath(Path.Combine(root, location));
        if (Path.IsPathRooted(location) || !path.StartsWith(Path.Join(root, "/"), StringComparison.Ordinal))
            throw new InvalidDataException($"its external file '{location}' lies outside the model's folder, which is refused");
        FileInfo file = new(path);
        if (!file.Exists)
            throw new InvalidDataException($"its external file '{location}' is missing in the model's folder");
        if (file.LinkTarget is not null)
        {
            throw new InvalidDataException(
                $"its external file '{location}' is a symbolic link, which is refused: put the file itself there");
        }

        return file;
    }

    private static string? Entry(TensorProto proto, string key) => proto.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;

    private static long? Number(TensorProto proto, string key)
    {
        if (Entry(proto, key) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new InvalidDataException($"its external data has a bad {key} '{text}'");
    }
}
