using System.Runtime.InteropServices;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Compression;

/// <summary>Prunes and shares the weights of a finished package, by magnitude and k-means alone: there are no images to look at.</summary>
internal static class PackageShaping
{
    /// <summary>The package's constants, some of them changed.</summary>
    /// <param name="ratio">Share of every layer's weights to prune, 0 to 1.</param>
    /// <param name="bits">Codebooks have at most 2 to this power values; null shares nothing.</param>
    public static ConstantData[] Run(EdgeModel model, double ratio, int? bits, CentroidStart start)
    {
        ConstantDefinition[] definitions = model.Manifest.Constants;
        var constants = new ConstantData[definitions.Length];
        for (int i = 0; i < constants.Length; i++)
        {
            ReadOnlyMemory<byte> bytes = model.Plain.Slice((int)definitions[i].Offset, (int)definitions[i].Length);
            constants[i] = new ConstantData(definitions[i].Type, definitions[i].Shape, bytes);
        }

        foreach (OperatorDefinition op in model.Manifest.Operators)
        {
            (int weights, int scales) = WeightConstants.Of(op);
            if (scales >= 0)
                constants[weights] = Int8(constants[weights], model.Constant<sbyte>(weights), model.Constant<float>(scales), ratio, bits, start);
            else if (weights >= 0)
                constants[weights] = Float(constants[weights], model.Constant<float>(weights), ratio, bits, start);
        }

        return constants;
    }

    private static ConstantData Int8(
        ConstantData constant, ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, double ratio, int? bits, CentroidStart start)
    {
        float[] real = new float[codes.Length];
        int length = codes.Length / scales.Length;
        for (int i = 0; i < real.Length; i++)
            real[i] = codes[i] * scales[i / length];
        bool[] pruned = Pruning.Of(real, ratio);
        for (int i = 0; i < real.Length; i++)
            real[i] = pruned[i] ? 0 : real[i];
        CodeLevels levels = bits is { } b ? CodeLevels.Shared(real, scales, [], b, start) : CodeLevels.All;
        sbyte[] shaped = new sbyte[codes.Length];
        for (int i = 0; i < shaped.Length; i++)
            shaped[i] = pruned[i] ? (sbyte)0 : levels.Nearest(codes[i]);
        return ConstantData.From<sbyte>(constant.Shape, shaped);
    }

    private static ConstantData Float(ConstantData constant, ReadOnlySpan<float> weights, double ratio, int? bits, CentroidStart start)
    {
        float[] shaped = weights.ToArray();
        bool[] pruned = Pruning.Of(shaped, ratio);
        for (int i = 0; i < shaped.Length; i++)
            shaped[i] = pruned[i] ? 0 : shaped[i];
        float[] values = bits is { } b ? SharedValues.Of(shaped, b, start) : [];
        for (int i = 0; i < shaped.Length && values.Length > 0; i++)
            shaped[i] = shaped[i] == 0 ? 0 : values[SharedValues.Nearest(values, shaped[i])];
        return new ConstantData(ElementType.Float32, constant.Shape, MemoryMarshal.AsBytes<float>(shaped).ToArray());
    }
}
