using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Compression;

/// <summary>One layer of a Deep Compression file.</summary>
/// <param name="Weights">[outputs, inputs, rows, columns].</param>
/// <param name="Bias">One per output.</param>
public sealed record DeepCompressionLayer(string Name, Tensor Weights, float[] Bias);

/// <summary>
/// The published file of Deep Compression (Han, Mao and Dally, arXiv:1510.00149; github:songhan/SqueezeNet-Deep-Compression):
/// SqueezeNet 1.0, pruned and shared, without entropy coding. Little endian: entries per layer, uint32; then per layer a codebook of
/// 256 float32, biases, an 8-bit index for every entry, and 4-bit gaps, two a byte, the low half first: an entry stands gap + 1
/// places behind the one before. Weights without an entry have the codebook's first value, which is 0; entries behind the layer's
/// end fill up. There is neither header nor checksum.
/// </summary>
public static class DeepCompressionFile
{
    private const int Values = 256;

    /// <summary>Whether a file name has the format's extension.</summary>
    public static bool Is(string path) => Path.GetExtension(path).Equals(".net", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the network.</summary>
    /// <exception cref="UserException">The file is damaged or of another network.</exception>
    public static ModelGraph Load(string path) =>
        DeepCompressionNetwork.Build(Path.GetFileNameWithoutExtension(path), Read(File.ReadAllBytes(path), path));

    /// <summary>Reads all layers, in network order.</summary>
    /// <param name="source">Name for error messages.</param>
    /// <exception cref="UserException">The file is damaged or of another network.</exception>
    public static IReadOnlyList<DeepCompressionLayer> Read(ReadOnlySpan<byte> file, string source)
    {
        IReadOnlyList<(string Name, int[] Shape)> layers = DeepCompressionNetwork.Layers;
        int at = layers.Count * sizeof(uint);
        if (file.Length < at)
            throw new UserException($"{source}: {file.Length} bytes are too few for a Deep Compression file of {layers.Count} layers");
        long needed = at;
        int[] entries = new int[layers.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(file[(i * sizeof(uint))..]);
            int weights = Tensor.Volume(layers[i].Shape);
            if (count > weights)
                throw new UserException($"{source}: layer {layers[i].Name} has {count} entries for {weights} weights; this is no SqueezeNet 1.0 of Deep Compression");
            entries[i] = (int)count;
            needed += ((Values + layers[i].Shape[0]) * sizeof(float)) + count + ((count + 1) / 2);
        }

        if (needed != file.Length)
            throw new UserException($"{source}: {file.Length} bytes, but its layers need {needed}; the file is damaged or of another network");
        var result = new List<DeepCompressionLayer>();
        for (int i = 0; i < entries.Length; i++)
        {
            int length = ((Values + layers[i].Shape[0]) * sizeof(float)) + entries[i] + ((entries[i] + 1) / 2);
            result.Add(Layer(file.Slice(at, length), layers[i].Name, layers[i].Shape, entries[i], source));
            at += length;
        }

        return result;
    }

    private static DeepCompressionLayer Layer(ReadOnlySpan<byte> bytes, string name, int[] shape, int entries, string source)
    {
        float[] codebook = MemoryMarshal.Cast<byte, float>(bytes[..(Values * sizeof(float))]).ToArray();
        bytes = bytes[(Values * sizeof(float))..];
        float[] bias = MemoryMarshal.Cast<byte, float>(bytes[..(shape[0] * sizeof(float))]).ToArray();
        bytes = bytes[(shape[0] * sizeof(float))..];
        if (codebook.Concat(bias).Any(v => !float.IsFinite(v)))
            throw new UserException($"{source}: layer {name} holds a value that is not finite; the file is damaged");
        ReadOnlySpan<byte> indices = bytes[..entries], gaps = bytes[entries..];
        float[] weights = new float[Tensor.Volume(shape)];
        Array.Fill(weights, codebook[0]);
        long position = -1;
        for (int i = 0; i < entries; i++)
        {
            position += ((gaps[i / 2] >> (i % 2 * 4)) & 15) + 1;
            if (position < weights.Length)
                weights[position] = codebook[indices[i]];
        }

        return new DeepCompressionLayer(name, new Tensor(shape, weights), bias);
    }
}
