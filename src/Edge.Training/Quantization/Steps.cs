using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Quantization;

/// <summary>Real values on a grid, as whole numbers of steps.</summary>
internal static class Steps
{
    /// <summary>
    /// steps = round(x / scale): the code less its zero point, exactly, for values that were quantized with this scale.
    /// </summary>
    public static void Of(float[] x, float[] steps, int count, float scale, Workers workers) =>
        Partition.Elements(workers, count, (first, end) =>
        {
            ref float px = ref MemoryMarshal.GetArrayDataReference(x);
            ref float ps = ref MemoryMarshal.GetArrayDataReference(steps);
            int i = first;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Round(Vector.LoadUnsafe(ref px, (nuint)i) / scale).StoreUnsafe(ref ps, (nuint)i);
            for (; i < end; i++)
                steps[i] = MathF.Round(x[i] / scale, MidpointRounding.ToEven);
        });
}
