using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Float;

namespace Edge.Training.Autograd.Loops;

/// <summary>One pixel under a window.</summary>
/// <param name="Offset">Of its first channel, from the start of the image.</param>
internal readonly record struct Tap(int Offset);

/// <summary>For every output pixel of a pool the input pixels under its window, in row-major order.</summary>
internal sealed class WindowTaps
{
    private readonly Tap[] _taps;
    private readonly int[] _starts;
    private readonly int[] _divisors;

    /// <param name="countPadding">Whether declared padding counts in the divisor.</param>
    public WindowTaps(Window window, ImageShape input, ImageShape output, bool countPadding)
    {
        var taps = new List<Tap>();
        _starts = new int[output.Pixels + 1];
        _divisors = new int[output.Pixels];
        for (int oy = 0, p = 0; oy < output.Height; oy++)
        {
            WindowSpan rows = WindowSpan.Rows(window, oy, input.Height);
            for (int ox = 0; ox < output.Width; ox++, p++)
            {
                WindowSpan columns = WindowSpan.Columns(window, ox, input.Width);
                for (int ky = rows.First; ky < rows.End; ky++)
                {
                    for (int kx = columns.First; kx < columns.End; kx++)
                        taps.Add(new Tap(((rows.Position(ky) * input.Width) + columns.Position(kx)) * input.Channels));
                }

                _divisors[p] = Math.Max(1, countPadding ? rows.Padded * columns.Padded : rows.Count * columns.Count);
                _starts[p + 1] = taps.Count;
            }
        }

        _taps = [.. taps];
    }

    /// <summary>Empty where a dilated window steps over the image.</summary>
    public ReadOnlySpan<Tap> Of(int outputPixel) =>
        _taps.AsSpan(_starts[outputPixel], _starts[outputPixel + 1] - _starts[outputPixel]);

    /// <summary>What an average divides by.</summary>
    public int Divisor(int outputPixel) => _divisors[outputPixel];
}
