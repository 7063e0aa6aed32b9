using Edge.Camera.Config;

namespace Edge.Camera.Decision;

/// <summary>What one more answer of the network came to.</summary>
/// <param name="Class">Decided class, or <see cref="RegionDecider.Unknown"/>.</param>
/// <param name="Score">Its (smoothed) score now; 0 for unknown.</param>
/// <param name="Changed">Another class than before, or the first decision.</param>
/// <param name="Report">Changed, not within the class's cool-down, and not <see cref="IsStart"/>.</param>
internal readonly record struct Verdict(int Class, float Score, bool Changed, bool Report)
{
    /// <summary>The first decision is that nothing is seen: whoever shows how things stand must know, but it is no news.</summary>
    public bool IsStart => Changed && !Report && Class == RegionDecider.Unknown;
}

/// <summary>
/// Turns the scores of one region, frame by frame, into a decision: exponential mean, threshold with hysteresis, vote of the last
/// answers, cool-down of reports. Allocates nothing per frame.
/// </summary>
internal sealed class RegionDecider
{
    /// <summary>No class reaches its threshold.</summary>
    public const int Unknown = -1;

    private readonly float[] _thresholds;
    private readonly float[] _means;
    private readonly TimeSpan[] _reported;
    private readonly int[] _answers;
    private readonly float _hysteresis, _smoothing;
    private readonly int _votes;
    private readonly TimeSpan _cooldown;
    private int _seen;

    /// <param name="config">Valid; labels that the model does not have are the caller's to refuse.</param>
    /// <param name="labels">One per class.</param>
    public RegionDecider(DecisionConfig config, IReadOnlyList<string> labels)
    {
        _thresholds = new float[labels.Count];
        for (int c = 0; c < labels.Count; c++)
        {
            ClassConfig? own = config.Classes.GetValueOrDefault(labels[c]);
            _thresholds[c] = own is { Ignore: true } ? float.PositiveInfinity : (float)(own?.Threshold ?? config.Threshold);
        }

        _means = new float[labels.Count];
        _reported = new TimeSpan[labels.Count];
        Array.Fill(_reported, TimeSpan.MinValue);
        _answers = new int[config.Window];
        (_hysteresis, _smoothing) = ((float)config.Hysteresis, (float)config.Smoothing);
        (_votes, _cooldown) = (config.Votes, TimeSpan.FromSeconds(config.Cooldown));
    }

    /// <summary>The standing decision.</summary>
    public int Class { get; private set; } = Unknown;

    /// <summary>Whether anything was decided yet, be it <see cref="Unknown"/>.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>
    /// Whether the last answer, seen again and again, would lead to a decision: it waits for votes, or for the mean of the scores.
    /// </summary>
    public bool IsOpen { get; private set; }

    /// <summary>The smoothed scores of the last answer, one per class.</summary>
    public ReadOnlySpan<float> Scores => _means;

    /// <param name="scores">One per class.</param>
    /// <param name="now">On any clock that only goes forward.</param>
    public Verdict Add(ReadOnlySpan<float> scores, TimeSpan now)
    {
        float past = _seen == 0 ? 0 : _smoothing;
        for (int c = 0; c < _means.Length; c++)
            _means[c] = (past * _means[c]) + ((1 - past) * scores[c]);

        int answer = Answer(_means);
        _answers[_seen % _answers.Length] = answer;
        _seen = _seen == int.MaxValue ? _answers.Length : _seen + 1;

        bool changed = (answer != Class || !IsSettled) && Votes(answer) >= _votes;
        bool report = false;
        if (changed)
        {
            report = answer == Unknown
                ? IsSettled
                : _reported[answer] == TimeSpan.MinValue || now - _reported[answer] >= _cooldown;
            if (report && answer != Unknown)
                _reported[answer] = now;
            (Class, IsSettled) = (answer, true);
        }

        IsOpen = !IsSettled || answer != Class || (_smoothing > 0 && Answer(scores) != Class);
        return new Verdict(Class, Class == Unknown ? 0 : _means[Class], changed, report);
    }

    /// <summary>Decides on <see cref="Unknown"/>, because nothing is looked at any more, and begins anew; cool-downs go on.</summary>
    public Verdict Forget()
    {
        bool news = Class != Unknown, changed = news || !IsSettled;
        (Class, IsSettled, IsOpen, _seen) = (Unknown, true, true, 0);
        return new Verdict(Unknown, 0, changed, news);
    }

    private int Answer(ReadOnlySpan<float> scores)
    {
        int best = Unknown;
        for (int c = 0; c < scores.Length; c++)
        {
            float threshold = c == Class ? _thresholds[c] - _hysteresis : _thresholds[c];
            if (scores[c] >= threshold && (best == Unknown || scores[c] > scores[best]))
                best = c;
        }

        return best;
    }

    private int Votes(int answer)
    {
        int votes = 0;
        foreach (int a in _answers.AsSpan(0, Math.Min(_seen, _answers.Length)))
            votes += a == answer ? 1 : 0;
        return votes;
    }
}
