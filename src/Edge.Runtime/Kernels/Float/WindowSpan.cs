using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>The taps [First, End) of a window's row or column that lie inside the image, for one output position.</summary>
internal readonly struct WindowSpan
{
    private readonly int _start;
    private readonly int _dilation;

    private WindowSpan(int start, int dilation, int kernel, int size, int padEnd)
    {
        (_start, _dilation) = (start, dilation);
        First = start >= 0 ? 0 : Math.Min(kernel, (-start + dilation - 1) / dilation);
        End = Math.Clamp(TapsBefore(size), First, kernel);
        Padded = Math.Clamp(TapsBefore(size + padEnd), 0, kernel);
    }

    public int First { get; }

    public int End { get; }

    /// <summary>Taps inside the image or its declared padding; a window rounded up by ceil_mode may reach beyond.</summary>
    public int Padded { get; }

    public int Count => End - First;

    public static WindowSpan Rows(Window w, int output, int size) =>
        new((output * w.StrideY) - w.PadTop, w.DilationY, w.KernelHeight, size, w.PadBottom);

    public static WindowSpan Columns(Window w, int output, int size) =>
        new((output * w.StrideX) - w.PadLeft, w.DilationX, w.KernelWidth, size, w.PadRight);

    /// <summary>Index in the image of a tap.</summary>
    public int Position(int tap) => _start + (tap * _dilation);

    /// <summary>Taps that stand before this index.</summary>
    private int TapsBefore(int index) => index <= _start ? 0 : (index - _start + _dilation - 1) / _dilation;
}
