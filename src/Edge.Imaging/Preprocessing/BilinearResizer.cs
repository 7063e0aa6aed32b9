using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Imaging.Preprocessing;

/// <summary>
/// Pillow's BILINEAR resize of 8-bit images, bit for bit: first along x, then along y, rounded to 8 bits in between. Computes
/// only the window that is asked for. Reuses its memory; not thread-safe.
/// </summary>
internal sealed unsafe class BilinearResizer
{
    private const int Half = 1 << (BilinearWeights.FractionBits - 1);

    private readonly BilinearWeights _horizontal = new();
    private readonly BilinearWeights _vertical = new();
    private readonly PixelBuffer _rows = new();

    /// <summary>Resizes <paramref name="source"/> as <paramref name="geometry"/> says and writes the cropped window.</summary>
    public void Resize(PixelBuffer source, in ResizeGeometry geometry, PixelBuffer destination)
    {
        (int width, int height, int channels) = (geometry.Width, geometry.Height, source.Channels);
        _horizontal.Prepare(source.Width, geometry.ScaledWidth, geometry.CropX, width);
        _vertical.Prepare(source.Height, geometry.ScaledHeight, geometry.CropY, height);
        int firstRow = _vertical.First[0];
        int rows = _vertical.First[height - 1] + _vertical.Counts[height - 1] - firstRow;
        _rows.Reset(width, rows, channels);
        destination.Reset(width, height, channels);

        fixed (byte* from = source.Pixels, between = _rows.Pixels, to = destination.Pixels)
        {
            int first = 0;
            if (Avx2.IsSupported && channels == 3)
            {
                for (; first + 1 < rows; first += 2)
                {
                    ResizeTwoRgbRows(
                        from + (nint)(firstRow + first) * source.Stride, source.Stride,
                        between + (nint)first * _rows.Stride, _rows.Stride, width);
                }
            }

            for (int y = first; y < rows; y++)
            {
                byte* input = from + (nint)(firstRow + y) * source.Stride;
                byte* output = between + (nint)y * _rows.Stride;
                if (channels == 3)
                    ResizeRgbRow(input, output, width);
                else
                    ResizeGrayRow(input, output, width);
            }

            int stride = width * channels;
            for (int y = 0; y < height; y++)
            {
                byte* input = between + (nint)(_vertical.First[y] - firstRow) * stride;
                ReadOnlySpan<int> weights = _vertical.Weights.Slice(y * _vertical.Taps, _vertical.Counts[y]);
                CombineRows(input, stride, weights, to + (nint)y * stride);
            }
        }
    }

    /// <summary>Lanes: R, G, B of one input pixel and, ignored, the R of the next one.</summary>
    private void ResizeRgbRow(byte* input, byte* output, int width)
    {
        ReadOnlySpan<int> first = _horizontal.First, counts = _horizontal.Counts;
        int taps = _horizontal.Taps;
        fixed (int* weights = _horizontal.Weights)
        {
            for (int x = 0; x < width; x++, output += 3)
            {
                byte* pixel = input + first[x] * 3;
                int* weight = weights + x * taps;
                Vector128<int> sum = Vector128.Create(Half);
                for (int t = 0; t < counts[x]; t++, pixel += 3)
                {
                    Vector128<byte> bytes = Vector128.CreateScalarUnsafe(*(uint*)pixel).AsByte();
                    Vector128<int> levels = Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
                    sum += levels * Vector128.Create(weight[t]);
                }

                sum >>>= BilinearWeights.FractionBits;
                output[0] = (byte)sum[0];
                output[1] = (byte)sum[1];
                output[2] = (byte)sum[2];
            }
        }
    }

    /// <summary>As <see cref="ResizeRgbRow"/>; the lower lanes are one row's, the upper lanes the next one's.</summary>
    private void ResizeTwoRgbRows(byte* input, nint inputStride, byte* output, nint outputStride, int width)
    {
        ReadOnlySpan<int> first = _horizontal.First, counts = _horizontal.Counts;
        int taps = _horizontal.Taps;
        fixed (int* weights = _horizontal.Weights)
        {
            for (int x = 0; x < width; x++, output += 3)
            {
                byte* pixel = input + first[x] * 3;
                int* weight = weights + x * taps, end = weight + counts[x];
                Vector256<int> sum = Vector256.Create(Half);
                for (; weight < end; weight++, pixel += 3)
                {
                    Vector128<uint> pair = Vector128.CreateScalarUnsafe(*(uint*)pixel).WithElement(1, *(uint*)(pixel + inputStride));
                    sum += Avx2.ConvertToVector256Int32(pair.AsByte()) * Vector256.Create(*weight);
                }

                sum >>>= BilinearWeights.FractionBits;
                Vector128<int> upper = sum.GetUpper(), lower = sum.GetLower();
                byte* next = output + outputStride;
                output[0] = (byte)lower[0];
                output[1] = (byte)lower[1];
                output[2] = (byte)lower[2];
                next[0] = (byte)upper[0];
                next[1] = (byte)upper[1];
                next[2] = (byte)upper[2];
            }
        }
    }

    private void ResizeGrayRow(byte* input, byte* output, int width)
    {
        ReadOnlySpan<int> first = _horizontal.First, counts = _horizontal.Counts;
        int taps = _horizontal.Taps;
        fixed (int* weights = _horizontal.Weights)
        {
            for (int x = 0; x < width; x++)
            {
                byte* pixel = input + first[x];
                int* weight = weights + x * taps;
                int sum = Half;
                for (int t = 0; t < counts[x]; t++)
                    sum += pixel[t] * weight[t];
                output[x] = (byte)(sum >> BilinearWeights.FractionBits);
            }
        }
    }

    /// <summary>One output row from the rows under it; 16 neighbouring bytes in four vectors of sums.</summary>
    private static void CombineRows(byte* rows, int stride, ReadOnlySpan<int> weights, byte* output)
    {
        int x = 0;
        for (; x + Vector128<byte>.Count <= stride; x += Vector128<byte>.Count)
        {
            Vector128<int> sum0 = Vector128.Create(Half), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            byte* column = rows + x;
            foreach (int w in weights)
            {
                Vector128<int> weight = Vector128.Create(w);
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Load(column));
                sum0 += Vector128.WidenLower(low).AsInt32() * weight;
                sum1 += Vector128.WidenUpper(low).AsInt32() * weight;
                sum2 += Vector128.WidenLower(high).AsInt32() * weight;
                sum3 += Vector128.WidenUpper(high).AsInt32() * weight;
                column += stride;
            }

            const int Shift = BilinearWeights.FractionBits;
            Vector128<short> low16 = Vector128.Narrow(sum0 >>> Shift, sum1 >>> Shift);
            Vector128<short> high16 = Vector128.Narrow(sum2 >>> Shift, sum3 >>> Shift);
            Vector128.Narrow(low16.AsUInt16(), high16.AsUInt16()).Store(output + x);
        }

        for (; x < stride; x++)
        {
            int sum = Half;
            byte* column = rows + x;
            foreach (int w in weights)
            {
                sum += *column * w;
                column += stride;
            }

            output[x] = (byte)(sum >> BilinearWeights.FractionBits);
        }
    }
}
