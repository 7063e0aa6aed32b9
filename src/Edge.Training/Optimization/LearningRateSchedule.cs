namespace Edge.Training.Optimization;

/// <summary>
/// The learning rate of every step, counted from 0. The first <paramref name="WarmUpSteps"/> steps climb linearly from
/// rate/warmUp to the rate; the schedule proper counts from the end of the warm-up.
/// </summary>
/// <param name="Rate">At its highest.</param>
/// <param name="WarmUpSteps">0 for none.</param>
public abstract record LearningRateSchedule(float Rate, long WarmUpSteps)
{
    public float At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return step < WarmUpSteps ? (float)(Rate * (step + 1.0) / WarmUpSteps) : (float)(Rate * Factor(step - WarmUpSteps));
    }

    /// <summary>The share of the rate that is left after so many steps behind the warm-up.</summary>
    private protected abstract double Factor(long step);
}

/// <summary>The same rate for ever.</summary>
public sealed record ConstantSchedule(float Rate, long WarmUpSteps = 0) : LearningRateSchedule(Rate, WarmUpSteps)
{
    private protected override double Factor(long step) => 1;
}

/// <summary>Multiplied by <paramref name="Decay"/> every <paramref name="Interval"/> steps.</summary>
/// <param name="Interval">Steps, at least 1.</param>
/// <param name="Decay">Usually 0.1.</param>
public sealed record StepSchedule(float Rate, long Interval, float Decay = 0.1f, long WarmUpSteps = 0)
    : LearningRateSchedule(Rate, WarmUpSteps)
{
    private protected override double Factor(long step) => Math.Pow(Decay, step / Math.Max(1, Interval));
}

/// <summary>
/// Half a cosine from the rate down to <paramref name="Floor"/> · rate (Loshchilov and Hutter, 2017, without restarts).
/// </summary>
/// <param name="Steps">All steps, warm-up included; the rate stays at the floor behind them.</param>
/// <param name="Floor">Share of the rate at the end.</param>
public sealed record CosineSchedule(float Rate, long Steps, float Floor = 0, long WarmUpSteps = 0)
    : LearningRateSchedule(Rate, WarmUpSteps)
{
    private protected override double Factor(long step)
    {
        double progress = Math.Min(1, (double)step / Math.Max(1, Steps - WarmUpSteps));
        return Floor + ((1 - Floor) * (1 + Math.Cos(Math.PI * progress)) / 2);
    }
}
