using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Quantizer.Calibration;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Loops;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Quantization;

/// <summary>
/// The end of every quantized operator: real value = scale · round(clamp(t, low − z, high − z)) for a sum t in steps of the
/// output's scale, ties to even (<see cref="Edge.Runtime.Numerics.Requantization"/>). The gradient passes where nothing was
/// clamped.
/// </summary>
/// <param name="isReal">Whether the sums stay as they are in float32, with a scale of 1 (<see cref="Edge.Quantizer.Graph.Logits"/>).</param>
internal sealed class OutputQuantizer(ActivationRange range, ClampBounds<float> bounds, Workers workers, bool isReal = false)
{
    private readonly float[] _lows = new float[workers.Count];
    private readonly float[] _highs = new float[workers.Count];
    private float _low;
    private float _high;

    public ActivationRange Range => range;

    public bool IsCalibrating => range.Phase.IsCalibrating;

    /// <summary>Scale and zero point of the output in this pass; 1 and 0 where it is not quantized.</summary>
    public QuantizationParameters Begin()
    {
        if (isReal)
        {
            (_low, _high) = (float.NegativeInfinity, float.PositiveInfinity);
            return new QuantizationParameters(1, 0);
        }

        QuantizationParameters p = range.Parameters;
        int low = float.IsNegativeInfinity(bounds.Low) ? -128 : p.Quantize(bounds.Low);
        int high = float.IsPositiveInfinity(bounds.High) ? 127 : p.Quantize(bounds.High);
        (_low, _high) = (low - p.ZeroPoint, high - p.ZeroPoint);
        return p;
    }

    /// <summary>Quantizes sums.</summary>
    /// <param name="steps">In steps of the output's scale.</param>
    /// <param name="y">Receives real values.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Of the output.</param>
    public void Forward(float[] steps, float[] y, int count, float scale)
    {
        if (range.Phase.IsTracking)
            Observe(steps, count, scale);
        if (isReal)
        {
            steps.AsSpan(0, count).CopyTo(y);
            return;
        }

        (float low, float high) = (_low, _high);
        Partition.Elements(workers, count, (first, end) => Round(steps, y, (first, end), low, high, scale));
    }

    /// <summary>In calibration: clamps real values and observes them.</summary>
    public void Calibrate(float[] x, float[] y, int count)
    {
        ClampBounds<float> clamp = bounds;
        Partition.Elements(workers, count, (first, end) =>
        {
            for (int i = first; i < end; i++)
                y[i] = clamp.Apply(x[i]);
        });
        Observe(y, count, 1);
    }

    /// <summary>d = dy where the sum was not clamped, else 0.</summary>
    public void Backward(float[] steps, float[] dy, float[] d, int count, bool accumulate)
    {
        var unclamped = new ClampBounds<float>(_low, _high);
        Partition.Elements(
            workers, count, (first, end) => ClampOperator<float>.Backward(steps, dy, d, first, end, unclamped, accumulate));
    }

    private void Observe(float[] values, int count, float scale)
    {
        Partition.Parts(workers, count, (w, first, end) =>
        {
            (float low, float high) = (0, 0);
            for (int i = first; i < end; i++)
            {
                low = MathF.Min(low, values[i]);
                high = MathF.Max(high, values[i]);
            }

            (_lows[w], _highs[w]) = (low, high);
        });
        range.Observe(bounds.Apply(_lows.Min() * scale), bounds.Apply(_highs.Max() * scale));
    }

    private static void Round(float[] steps, float[] y, (int First, int End) part, float low, float high, float scale)
    {
        ref float ps = ref MemoryMarshal.GetArrayDataReference(steps);
        ref float py = ref MemoryMarshal.GetArrayDataReference(y);
        (var lows, var highs) = (new Vector<float>(low), new Vector<float>(high));
        int i = part.First;
        for (; i <= part.End - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> clamped = Vector.MinNative(highs, Vector.MaxNative(lows, Vector.LoadUnsafe(ref ps, (nuint)i)));
            (Vector.Round(clamped) * scale).StoreUnsafe(ref py, (nuint)i);
        }

        for (; i < part.End; i++)
            y[i] = MathF.Round(MathF.Min(MathF.Max(steps[i], low), high), MidpointRounding.ToEven) * scale;
    }
}
