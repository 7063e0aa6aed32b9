using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Resize;

/// <summary>Where an output index of a resized axis reads, by the formulas of ONNX Resize, in float32.</summary>
internal static class ResizeCoordinates
{
    /// <summary>Coordinate in the input, not yet bounded to it.</summary>
    /// <param name="scale">Output elements per input element.</param>
    public static float Source(CoordinateMode mode, int index, float scale, int inputLength, int outputLength)
    {
        switch (mode)
        {
            case CoordinateMode.HalfPixel:
            case CoordinateMode.PytorchHalfPixel when outputLength > 1:
                float position = (index + 0.5f) / scale;
                return position - 0.5f;
            case CoordinateMode.PytorchHalfPixel:
                return 0;
            case CoordinateMode.AlignCorners:
                // The last output lies at scale · length − 1 (ONNX): a fraction beyond the last index where that was cut to a whole number.
                float resized = scale * inputLength;
                if (MathF.Abs(resized - outputLength) < 1e-3f)
                    resized = outputLength;
                return outputLength == 1 ? 0 : (float)index * (inputLength - 1) / (resized - 1);
            default:
                return index / scale;
        }
    }

    /// <summary>The input index that nearest-neighbour resizing reads.</summary>
    public static int Nearest(float source, NearestRounding rounding, int inputLength)
    {
        float floor = MathF.Floor(source);
        float rounded = rounding switch
        {
            NearestRounding.Floor => floor,
            NearestRounding.Ceil => MathF.Ceiling(source),
            NearestRounding.RoundPreferFloor => source - floor > 0.5f ? floor + 1 : floor,
            _ => source - floor >= 0.5f ? floor + 1 : floor,
        };
        return (int)Math.Clamp(rounded, 0, inputLength - 1);
    }

    /// <summary>The two neighbours that linear resizing mixes, and the share of each: 1 − f and f.</summary>
    public static (int First, int Second, float FirstWeight, float SecondWeight) Linear(float source, int inputLength)
    {
        float bounded = Math.Clamp(source, 0, inputLength - 1);
        int first = (int)bounded;
        float fraction = bounded - first;
        return (first, Math.Min(first + 1, inputLength - 1), 1 - fraction, fraction);
    }

    /// <summary><see cref="Linear"/> for every index of an output axis.</summary>
    public static (int First, int Second, float FirstWeight, float SecondWeight)[] LinearAxis(
        CoordinateMode mode, float scale, int inputLength, int outputLength)
    {
        var axis = new (int, int, float, float)[outputLength];
        for (int i = 0; i < outputLength; i++)
            axis[i] = Linear(Source(mode, i, scale, inputLength, outputLength), inputLength);
        return axis;
    }
}
