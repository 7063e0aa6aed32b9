using System.Diagnostics;
using System.Globalization;
using Edge.Training.Fitting;

namespace Edge.Training.Commands;

/// <summary>
/// Shows a run: one line that is written over on a terminal, and one line per epoch that stays, also in a file.
/// </summary>
internal sealed class TrainingDisplay(TextWriter output, int epochs) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly bool _terminal = !Console.IsErrorRedirected && ReferenceEquals(output, Console.Error);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _images;
    private long _steps;
    private TimeSpan _shown = -Interval;

    public void Step(StepReport report)
    {
        _images += report.Images;
        _steps++;
        if (!_terminal || _clock.Elapsed - _shown < Interval)
            return;
        _shown = _clock.Elapsed;
        long left = ((long)(epochs - report.Epoch) * report.Steps) - report.Step;
        TimeSpan rest = _clock.Elapsed / _steps * left;
        TrainingProgress p = report.Progress;
        Over(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {report.Epoch + 1}/{epochs}, step {report.Step}/{report.Steps}: loss {p.LossSum / p.Seen:0.000}, accuracy {100.0 * p.Right / p.Seen:0.0} %, {Rate:0.#} images/s, {Time(rest)} left"));
    }

    public void Epoch(EpochRecord record)
    {
        Clear();
        string validation = record.ValidationAccuracy is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $"; validation loss {record.ValidationLoss:0.000}, accuracy {100 * accuracy:0.0} %")
            : "";
        TimeSpan rest = TimeSpan.FromSeconds(record.Seconds * (epochs - record.Epoch));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {record.Epoch}/{epochs}: loss {record.Loss:0.000}, accuracy {100 * record.Accuracy:0.0} %{validation}; {Rate:0.#} images/s, {Time(rest)} left"));
    }

    /// <summary>How far some other work is.</summary>
    public void Show(string what, int done, int total)
    {
        if (!_terminal)
        {
            if (done == total)
                output.WriteLine($"{what}: {total}");
            return;
        }

        if (done < total && _clock.Elapsed - _shown < Interval)
            return;
        _shown = _clock.Elapsed;
        Over($"{what} {done}/{total}");
        if (done == total)
            Clear();
    }

    public void Clear()
    {
        if (_terminal)
            output.Write("\r\u001b[K");
    }

    public void Dispose() => Clear();

    private double Rate => _images / Math.Max(1e-3, _clock.Elapsed.TotalSeconds);

    private void Over(string line) => output.Write($"\r\u001b[K{line}");

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours} h {time.Minutes:00} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds:00} s" : $"{Math.Ceiling(time.TotalSeconds):0} s";
}
