namespace Edge.Training.Fitting.Transfer;

/// <summary>
/// L-BFGS (Liu and Nocedal 1989) with a backtracking line search, for smooth convex functions. The recursion is algorithm 7.4 of
/// Nocedal and Wright, Numerical Optimization.
/// </summary>
internal static class LimitedMemoryBfgs
{
    private const int Memory = 10;
    private const int MaxHalvings = 30;

    /// <summary>Share of the promised decrease that a step must bring (Armijo).</summary>
    private const double SufficientDecrease = 1e-4;

    /// <param name="evaluate">Value at a point; writes the gradient.</param>
    /// <param name="point">Start; holds the minimum afterwards.</param>
    /// <param name="maxIterations">Steps at most.</param>
    /// <param name="tolerance">Ends when no component of the gradient is larger.</param>
    public static void Minimize(Func<float[], float[], double> evaluate, float[] point, int maxIterations, double tolerance)
    {
        int n = point.Length;
        float[] gradient = new float[n], nextGradient = new float[n], next = new float[n], direction = new float[n];
        var pairs = new List<(float[] Step, float[] Change, double Curvature)>(Memory);
        double value = evaluate(point, gradient);
        for (int iteration = 0; iteration < maxIterations && Largest(gradient) > tolerance; iteration++)
        {
            Direct(pairs, gradient, direction);
            double slope = Dot(direction, gradient);
            if (slope >= 0)
                return;
            double length = pairs.Count == 0 ? Math.Min(1, 1 / Math.Sqrt(Dot(gradient, gradient))) : 1;
            double nextValue = value;
            bool found = false;
            for (int halving = 0; halving < MaxHalvings && !found; halving++, length *= 0.5)
            {
                for (int i = 0; i < n; i++)
                    next[i] = (float)(point[i] + (length * direction[i]));
                nextValue = evaluate(next, nextGradient);
                found = nextValue <= value + (SufficientDecrease * length * slope);
            }

            if (!found)
                return;
            Remember(pairs, point, next, gradient, nextGradient);
            Array.Copy(next, point, n);
            (gradient, nextGradient) = (nextGradient, gradient);
            value = nextValue;
        }
    }

    /// <summary>direction = −H·gradient, H from the remembered pairs.</summary>
    private static void Direct(List<(float[] Step, float[] Change, double Curvature)> pairs, float[] gradient, float[] direction)
    {
        for (int i = 0; i < gradient.Length; i++)
            direction[i] = -gradient[i];
        Span<double> factors = stackalloc double[Memory];
        for (int p = pairs.Count - 1; p >= 0; p--)
        {
            factors[p] = Dot(pairs[p].Step, direction) / pairs[p].Curvature;
            AddScaled(direction, pairs[p].Change, -factors[p]);
        }

        if (pairs is [.., var last])
        {
            float scale = (float)(last.Curvature / Dot(last.Change, last.Change));
            for (int i = 0; i < direction.Length; i++)
                direction[i] *= scale;
        }

        for (int p = 0; p < pairs.Count; p++)
            AddScaled(direction, pairs[p].Step, factors[p] - (Dot(pairs[p].Change, direction) / pairs[p].Curvature));
    }

    private static void Remember(
        List<(float[] Step, float[] Change, double Curvature)> pairs, float[] from, float[] to, float[] before, float[] after)
    {
        bool full = pairs.Count == Memory;
        (float[] step, float[] change) = full ? (pairs[0].Step, pairs[0].Change) : (
            new float[from.Length], new float[from.Length]);
        if (full)
            pairs.RemoveAt(0);
        for (int i = 0; i < step.Length; i++)
            (step[i], change[i]) = (to[i] - from[i], after[i] - before[i]);
        double curvature = Dot(step, change);
        if (curvature > 1e-12 * Dot(change, change))
            pairs.Add((step, change, curvature));
    }

    private static void AddScaled(float[] to, float[] from, double factor)
    {
        float f = (float)factor;
        for (int i = 0; i < to.Length; i++)
            to[i] += f * from[i];
    }

    private static double Dot(float[] a, float[] b)
    {
        double sum0 = 0, sum1 = 0;
        int i = 0;
        for (; i + 1 < a.Length; i += 2)
        {
            sum0 += (double)a[i] * b[i];
            sum1 += (double)a[i + 1] * b[i + 1];
        }

        return sum0 + sum1 + (i < a.Length ? (double)a[i] * b[i] : 0);
    }

    private static float Largest(float[] values)
    {
        float most = 0;
        foreach (float v in values)
            most = Math.Max(most, Math.Abs(v));
        return most;
    }
}
