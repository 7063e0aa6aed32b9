using System.Diagnostics;
using System.Globalization;
using Edge.Training.Fitting;

namespace Edge.Training.Commands;

/// <summary>
/// Shows a run: one line that is written over on a terminal (in a file, a line now and then), and one line per epoch that stays.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="epochs">Of the whole run.</param>
/// <param name="epochsDone">Of them, before this process.</param>
internal sealed class TrainingDisplay(TextWriter output, int epochs, int epochsDone = 0) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FileInterval = TimeSpan.FromSeconds(30);

    private readonly bool _terminal = !Console.IsErrorRedirected && ReferenceEquals(output, Console.Error);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _images;
    private long _steps;
    private TimeSpan _shown;
    private int _done = epochsDone;

    public void Step(StepReport report)
    {
        _images += report.Images;
        _steps++;
        if (_clock.Elapsed - _shown < (_terminal ? Interval : FileInterval))
            return;
        _shown = _clock.Elapsed;
        long left = ((long)(epochs - _done) * report.Steps) - report.Step;
        TimeSpan rest = _clock.Elapsed / _steps * left;
        TrainingProgress p = report.Progress;
        Show(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {_done + 1}/{epochs}, step {report.Step}/{report.Steps}: loss {p.LossSum / p.Seen:0.000}, "
            + $"accuracy {100.0 * p.Right / p.Seen:0.0} %, {Rate:0.#} images/s, {Time(rest)} left"));
    }

    public void Epoch(EpochRecord record)
    {
        Clear();
        (_done, _shown) = (record.Epoch, _clock.Elapsed);
        string validation = record.ValidationAccuracy is { } accuracy
            ? string.Create(
                CultureInfo.InvariantCulture, $"; validation loss {record.ValidationLoss:0.000}, accuracy {100 * accuracy:0.0} %")
            : "";
        TimeSpan rest = TimeSpan.FromSeconds(record.Seconds * (epochs - record.Epoch));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {record.Epoch}/{epochs}: loss {record.Loss:0.000}, accuracy {100 * record.Accuracy:0.0} %{validation}; "
            + $"{Rate:0.#} images/s, {Time(rest)} left"));
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

    private void Show(string line)
    {
        if (_terminal)
            Over(line);
        else
            output.WriteLine(line);
    }

    private void Over(string line) => output.Write($"\r\u001b[K{line}");

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours} h {time.Minutes:00} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds:00} s" : $"{Math.Ceiling(time.TotalSeconds):0} s";
}
