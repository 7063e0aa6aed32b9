using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Windows of an image of few channels, copied one behind the other: kernel rows of a few bytes each would leave most of a
/// tile's depth step empty, and cross the image's border in their middle. A window is [kernel row][kernel column][channel], as
/// its weights are.
/// </summary>
internal sealed unsafe class PatchGather
{
    /// <summary>Below this many input channels windows are worth a copy.</summary>
    public const int FewChannels = 16;

    private readonly sbyte* _input;
    private readonly nint _rowPitch, _pixelStep, _dilatedPitch;
    private readonly int _inputHeight, _inputWidth, _outputWidth, _channels, _rowBytes, _interiorStart, _interiorEnd;
    private readonly Window _window;
    private readonly byte _zeroPoint;

    public PatchGather(in ConvProblem problem)
    {
        Window window = problem.Window;
        _window = window;
        _input = problem.Input;
        _inputHeight = problem.InputHeight;
        _inputWidth = problem.InputWidth;
        _outputWidth = problem.OutputWidth;
        _channels = problem.InputChannels;
        _zeroPoint = (byte)problem.InputZeroPoint;
        _rowBytes = window.KernelWidth * _channels;
        _rowPitch = (nint)_inputWidth * _channels;
        _pixelStep = window.StrideX * _channels;
        _dilatedPitch = window.DilationY * _rowPitch;

        // Output columns whose windows cross neither the left nor the right border.
        int room = _inputWidth + window.PadLeft - window.KernelWidth;
        _interiorStart = Math.Min((window.PadLeft + window.StrideX - 1) / window.StrideX, _outputWidth);
        _interiorEnd = room < 0 ? _interiorStart : Math.Clamp((room / window.StrideX) + 1, _interiorStart, _outputWidth);
        PatchBytes = window.KernelHeight * _rowBytes;
    }

    public int PatchBytes { get; }

    /// <summary>Whether the problem's windows are rows of neighbouring pixels of few channels, and how large they may be.</summary>
    public static bool Suits(in ConvProblem problem, int patchBytes) =>
        problem.InputChannels < FewChannels && problem.Groups == 1 && problem.KernelSize > 1 && problem.Pixels > 1
        && problem.Window.DilationX == 1 && problem.InputStride == problem.InputChannels
        && problem.KernelSize * problem.InputChannels <= patchBytes;

    /// <summary>
    /// Copies the windows of <paramref name="count"/> output pixels to every <paramref name="stride"/>-th byte; what lies
    /// between a window and the next is left undefined, and up to 16 bytes behind the last one are written.
    /// </summary>
    public void Copy(int firstPixel, int count, sbyte* patches, nint stride)
    {
        (int row, int column) = Math.DivRem(firstPixel, _outputWidth);
        while (count > 0)
        {
            int top = (row * _window.StrideY) - _window.PadTop, end = Math.Min(_outputWidth, column + count);
            count -= end - column;
            bool inside = top >= 0 && top + ((_window.KernelHeight - 1) * _window.DilationY) < _inputHeight;
            int interiorStart = inside ? Math.Clamp(_interiorStart, column, end) : end;
            int interiorEnd = inside ? Math.Clamp(_interiorEnd, interiorStart, end) : end;
            for (; column < interiorStart; column++, patches += stride)
                CopyAtBorder(top, column, patches);
            if (column < interiorEnd)
            {
                nint left = (column * _window.StrideX) - _window.PadLeft;
                CopyInterior(_input + (top * _rowPitch) + (left * _channels), interiorEnd - column, patches, stride);
                patches += (interiorEnd - column) * stride;
                column = interiorEnd;
            }

            for (; column < end; column++, patches += stride)
                CopyAtBorder(top, column, patches);
            row++;
            column = 0;
        }
    }

    /// <summary>
    /// Whole vectors: what they write too much is overwritten by the next row or window, what they read too much lies within
    /// the bytes that are readable behind every tensor.
    /// </summary>
    private void CopyInterior(sbyte* source, int count, sbyte* patches, nint stride)
    {
        nint rowBytes = _rowBytes, pitch = _dilatedPitch, pixelStep = _pixelStep;
        if (_window.KernelHeight == 3 && rowBytes <= Vector128<sbyte>.Count)
        {
            for (; count > 0; count--, source += pixelStep, patches += stride)
            {
                Vector128<sbyte> row0 = Vector128.Load(source), row1 = Vector128.Load(source + pitch);
                Vector128<sbyte> row2 = Vector128.Load(source + (2 * pitch));
                row0.Store(patches);
                row1.Store(patches + rowBytes);
                row2.Store(patches + (2 * rowBytes));
            }

            return;
        }

        for (; count > 0; count--, source += pixelStep, patches += stride)
        {
            sbyte* from = source, to = patches;
            for (int row = _window.KernelHeight; row > 0; row--, from += pitch, to += rowBytes)
            {
                Vector128.Load(from).Store(to);
                for (nint done = Vector128<sbyte>.Count; done < rowBytes; done += Vector128<sbyte>.Count)
                    Vector128.Load(from + done).Store(to + done);
            }
        }
    }

    private void CopyAtBorder(int top, int column, sbyte* patch)
    {
        int left = (column * _window.StrideX) - _window.PadLeft;
        int begin = Math.Clamp(-left, 0, _window.KernelWidth), end = Math.Clamp(_inputWidth - left, begin, _window.KernelWidth);
        Unsafe.InitBlockUnaligned(patch, _zeroPoint, (uint)PatchBytes);
        for (int row = 0; row < _window.KernelHeight; row++, patch += _rowBytes)
        {
            int y = top + (row * _window.DilationY);
            if (y < 0 || y >= _inputHeight || begin == end)
                continue;
            sbyte* from = _input + (y * _rowPitch) + (((nint)left + begin) * _channels);
            Unsafe.CopyBlockUnaligned(patch + (begin * _channels), from, (uint)((end - begin) * _channels));
        }
    }
}
