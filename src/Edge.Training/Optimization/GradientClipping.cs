using Edge.Training.Autograd;

namespace Edge.Training.Optimization;

/// <summary>Keeps single steps from running away (Pascanu et al., 2013).</summary>
public static class GradientClipping
{
    /// <summary>
    /// Scales the gradients of all trainable parameters so that their common Euclidean norm is at most <paramref name="limit"/>.
    /// </summary>
    /// <returns>The norm before.</returns>
    public static double ByGlobalNorm(IReadOnlyList<Parameter<float>> parameters, double limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        double squares = 0;
        foreach (Parameter<float> parameter in parameters.Where(p => p.Trainable))
        {
            foreach (float g in parameter.Gradient)
                squares += (double)g * g;
        }

        double norm = Math.Sqrt(squares);
        if (!(norm > limit))
            return norm;
        float factor = (float)(limit / norm);
        foreach (Parameter<float> parameter in parameters.Where(p => p.Trainable))
        {
            float[] gradient = parameter.Gradient;
            for (int i = 0; i < gradient.Length; i++)
                gradient[i] *= factor;
        }

        return norm;
    }
}
