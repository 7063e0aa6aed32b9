using Edge.Imaging.Preprocessing;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Imaging.Frames;

/// <summary>
/// A camera frame's region becomes a model's quantized input in one pass, in integers, without a copy in between. Made once for a
/// kind of frame; a frame allocates nothing. Not thread-safe.
/// <para>The steps, in this order; every form of the pass gives the bytes of <see cref="FrameReference"/>:</para>
/// <list type="number">
/// <item>Convert: the region's pixels to 8-bit R G B (<see cref="FrameConversion"/>).</item>
/// <item>
/// Resize by the rule of <see cref="InputPreprocessing"/>, in the geometry of the upright region, with the triangle filter of
/// <see cref="ImagePreprocessor"/> (Pillow's BILINEAR) and weights w in units of 2⁻¹⁵ (<see cref="AxisFilter"/>). First along the
/// stored columns, v = Σ floor(((p − 128)·256·w + 2¹⁴) / 2¹⁵), then along the stored rows,
/// p' = floor((Σ v·w + 2²²) / 2²³) + 128. Pixels end at the region: nothing outside of it is mixed in.
/// </item>
/// <item>Turn upright, and luma = (19595 R + 38470 G + 7471 B + 2¹⁵) / 2¹⁶ for models of one channel.</item>
/// <item>
/// Normalise and quantize by a table per channel, q = roundTiesToEven(clamp((p' − mean)·scale / s, −128 − z, 127 − z)) + z, in
/// the model's channel order; what a letterbox leaves free gets the code of its filling.
/// </item>
/// </list>
/// <para>
/// <see cref="ImagePreprocessor"/> resizes along rows first and rounds to 8 bits in between: on the converted image its result
/// differs by at most one grey level, so by at most one code where a quantization step is a level or more.
/// </para>
/// </summary>
public sealed unsafe class FramePreprocessor
{
    /// <summary>
    /// Rows of the region per row of the resized image. The column pass rounds every product to 1/256 level, so this bounds its
    /// error to a quarter of a level.
    /// </summary>
    public const int MaxShrinking = 64;

    /// <summary>Planes start at cache lines, so that no vector of them lies in two.</summary>
    private const int LineBytes = 64, LineWords = LineBytes / sizeof(short);

    private readonly FrameDescription _frame;
    private readonly FrameConversion _conversion;
    private readonly int _width;
    private readonly delegate*<in ColumnStep, FrameFormat, in FrameConversion, void> _columnPass;
    private readonly ColumnPlan _plan;
    private readonly RowPass _rowPass;
    private readonly InputWriter _writer;
    private readonly FrameRow[] _rows;
    private readonly short[] _planes;
    private readonly sbyte[] _levels;
    private readonly int _firstRow, _firstColumn, _columns, _planeStride;

    /// <param name="frame">The frames to come.</param>
    /// <param name="preprocessing">The model's description of its input.</param>
    /// <param name="scale">Quantization step of the model's input tensor, finite and positive.</param>
    /// <param name="zeroPoint">Zero point of the model's input tensor, −128 to 127.</param>
    /// <param name="region">The part to look at, as it is stored; null for all of it.</param>
    /// <param name="orientation">How frames are stored; the model sees them upright.</param>
    /// <exception cref="ImageFormatException">Size, region or preprocessing cannot be; the message says why.</exception>
    /// <exception cref="NotSupportedException">The environment asks for an instruction set that this core lacks.</exception>
    public FramePreprocessor(
        FrameDescription frame, InputPreprocessing preprocessing, float scale, int zeroPoint, FrameRegion? region = null,
        ExifOrientation orientation = ExifOrientation.TopLeft)
        : this(frame, preprocessing, scale, zeroPoint, region, orientation, VectorWidth(InstructionSets.Choose()))
    {
    }

    /// <param name="vectorWidth">Words of a vector: 32 (AVX-512), 16 (AVX2), 8 (NEON), 1 (scalar).</param>
    internal FramePreprocessor(
        FrameDescription frame, InputPreprocessing preprocessing, float scale, int zeroPoint, FrameRegion? region,
        ExifOrientation orientation, int vectorWidth)
    {
        FrameGeometry geometry = new(frame, preprocessing, region, orientation);
        (_frame, _width) = (frame, vectorWidth);
        _conversion = new FrameConversion(frame.Matrix, frame.Range);
        _columnPass = ColumnPass.Choose(frame.Format, vectorWidth);
        _plan = new ColumnPlan(geometry.Columns);
        _firstRow = geometry.Region.Y;

        // Whole vectors where the frame has room for them. Columns start at an even one, with their own chroma.
        AxisFilter rows = geometry.Rows;
        _firstColumn = (geometry.Region.X + rows.Start) & ~1;
        _columns = geometry.Region.X + rows.End - _firstColumn;
        _columns = Math.Min((_columns + vectorWidth - 1) / vectorWidth * vectorWidth, frame.Width - _firstColumn);
        _rowPass = new RowPass(rows, geometry.Region.X - _firstColumn);
        _planeStride = (_columns + _rowPass.Overread + LineWords - 1) & ~(LineWords - 1);

        int channels = frame.Format == FrameFormat.Grey ? 1 : 3;
        _writer = new InputWriter(geometry, preprocessing, new LevelTables(preprocessing, scale, zeroPoint), channels, vectorWidth);
        _rows = GC.AllocateArray<FrameRow>(_plan.MaxRows, pinned: true);
        _planes = GC.AllocateArray<short>((4 * 3 * _planeStride) + LineWords, pinned: true);
        _levels = GC.AllocateArray<sbyte>(channels * _rowPass.Outputs, pinned: true);
    }

    /// <summary>Values of one input: height · width · channels.</summary>
    public int InputLength => _writer.InputLength;

    /// <summary>Writes the quantized input, NHWC.</summary>
    /// <param name="frame">Planes as the description says; every sample is proven to lie inside them.</param>
    /// <param name="destination"><see cref="InputLength"/> values.</param>
    /// <exception cref="ImageFormatException">A plane is too short or its stride too small.</exception>
    public void Run(in CameraFrame frame, Span<sbyte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, InputLength);
        frame.Validate(_frame);
        _writer.Fill(destination);
        fixed (FrameRow* rows = _rows)
        fixed (short* memory = _planes)
        fixed (int* weights = _plan.Weights)
        fixed (sbyte* levels = _levels, to = destination)
        {
            short* planes = (short*)(((nuint)memory + LineBytes - 1) & ~(nuint)(LineBytes - 1));
            int buffer = 3 * _planeStride;
            short* zeros = planes, output = planes + buffer, carry = planes + (2 * buffer);
            for (int y = 0; y < _writer.StoredRows; y++)
            {
                (int firstRow, int count, int weight) = _plan[y];
                for (int i = 0; i < count; i++)
                    rows[i] = FrameRow.At(frame, _frame, _firstRow + firstRow + i);
                ColumnStep step = new()
                {
                    Rows = rows,
                    RowCount = count,
                    Weights = weights + weight,
                    CarryIn = _plan.Carries && y > 0 ? carry + ((y - 1) % 2 * buffer) : zeros,
                    CarryOut = carry + (y % 2 * buffer),
                    Output = output,
                    PlaneStride = _planeStride,
                    FirstColumn = _firstColumn,
                    Columns = _columns,
                };
                _columnPass(step, _frame.Format, _conversion);
                for (int c = 0; c * _rowPass.Outputs < _levels.Length; c++)
                    _rowPass.Run(output + (c * _planeStride), levels + (c * _rowPass.Outputs), _width);
                _writer.Write(levels, _rowPass.Outputs, y, to);
            }
        }
    }

    /// <summary>Cores with AVX-VNNI and AVX-512 run 512-bit vectors without lowering their clock; earlier ones may not.</summary>
    private static int VectorWidth(InstructionSet set) => set switch
    {
        InstructionSet.AvxVnni when WordsAvx512.IsSupported => 32,
        InstructionSet.Avx2 or InstructionSet.AvxVnni => 16,
        InstructionSet.Neon or InstructionSet.NeonDot => 8,
        _ => 1,
    };
}
