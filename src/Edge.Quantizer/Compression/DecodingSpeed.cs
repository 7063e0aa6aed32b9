using System.Diagnostics;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Coding;

namespace Edge.Quantizer.Compression;

/// <summary>How fast the constants of a compressed package are decoded, on one core.</summary>
/// <param name="Milliseconds">All constants, tables and checks included; the least of several rounds.</param>
/// <param name="MegabytesPerSecond">Bytes that they have in the plain package, in 10⁶ per second.</param>
public sealed record DecodingSpeed(double Milliseconds, double MegabytesPerSecond)
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(500);

    /// <param name="path">A compressed package.</param>
    public static DecodingSpeed Measure(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        var reader = new StoredReader(file);
        byte[] plain = CompressedPackage.Expand(reader, out ModelManifest manifest);
        long first = CompressedPackage.HeaderLength + BitConverter.ToUInt32(file, 12), length = manifest.Constants.Sum(c => c.Length);
        var least = TimeSpan.MaxValue;
        long start = Stopwatch.GetTimestamp();
        do
        {
            plain.AsSpan().Clear();
            reader = new StoredReader(file);
            reader.Read(new byte[first]);
            long round = Stopwatch.GetTimestamp();
            CompressedPackage.DecodeConstants(reader, manifest, plain);
            TimeSpan time = Stopwatch.GetElapsedTime(round);
            least = time < least ? time : least;
        }
        while (Stopwatch.GetElapsedTime(start) < Budget);
        return new DecodingSpeed(least.TotalMilliseconds, length / least.TotalSeconds / 1e6);
    }
}
