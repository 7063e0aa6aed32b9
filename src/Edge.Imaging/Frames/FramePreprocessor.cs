using Edge.Imaging.Preprocessing;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Imaging.Frames;

/// <summary>
/// A camera frame's region becomes a model's quantized input in one pass, in integers, without a copy in between. Made once for a
/// kind of frame; a frame allocates nothing. Not thread-safe.
/// <para>The steps, in this order; every form of the pass gives the bytes of <see cref="FrameReference"/>:</para>
/// <list type="number">
/// <item>
/// Resize the samples s of every channel of the frame, Y U V or R G B, by the rule of <see cref="InputPreprocessing"/>, in the
/// geometry of the upright region, with the triangle filter of <see cref="ImagePreprocessor"/> (Pillow's BILINEAR) and weights w in
/// units of 2⁻¹⁵ (<see cref="AxisFilter"/>). First along the stored columns, v = Σ floor(((s − 128)·256·w + 2¹⁴) / 2¹⁵), then along
/// the stored rows, x = floor((Σ v·w + 2¹⁴) / 2¹⁵), in units of 1/256. A sample of chroma that several pixels share has the sum of
/// their weights: it is not interpolated. Pixels end at the region: nothing outside of it is mixed in.
/// </item>
/// <item>Convert to 8-bit R G B (<see cref="FrameConversion"/>).</item>
/// <item>Turn upright, and luma = (19595 R + 38470 G + 7471 B + 2¹⁵) / 2¹⁶ for models of one channel.</item>
/// <item>
/// Normalise and quantize by a table per channel, q = roundTiesToEven(clamp((p − mean)·scale / s, −128 − z, 127 − z)) + z, in
/// the model's channel order; what a letterbox leaves free gets the code of its filling.
/// </item>
/// </list>
/// <para>
/// Resizing and conversion are both linear up to where levels end at 0 and 255, so this is also what resizing the converted image
/// gives, as <see cref="ImagePreprocessor"/> does: the results differ by at most one grey level, so by at most one code where a
/// quantization step is a level or more. They differ by more where pixels that no screen shows, such as whiter than white, are
/// neighbours of others: here they are mixed as the camera sees them.
/// </para>
/// </summary>
public sealed unsafe class FramePreprocessor
{
    /// <summary>
    /// Rows of the region per row of the resized image. The column pass rounds every product to 1/256 of a code, so this bounds its
    /// error to a quarter of one.
    /// </summary>
    public const int MaxShrinking = 64;

    private readonly FrameDescription _frame;
    private readonly PlanePass[] _planes;
    private readonly LevelPass _levelPass;
    private readonly InputWriter _writer;
    private readonly short[] _resized;
    private readonly sbyte[] _levels;
    private readonly int _stride;

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
        _frame = frame;
        _planes = new PlanePass[frame.Planes];
        for (int p = 0; p < _planes.Length; p++)
            _planes[p] = new PlanePass(frame, geometry, p, vectorWidth);
        _levelPass = new LevelPass(new FrameConversion(frame), frame.Channels, vectorWidth);
        LevelTables tables = new(preprocessing, scale, zeroPoint);
        _writer = new InputWriter(geometry, preprocessing, tables, frame.Channels, vectorWidth);
        _stride = (geometry.Rows.Length + LevelPass.Multiple - 1) / LevelPass.Multiple * LevelPass.Multiple;
        _resized = GC.AllocateArray<short>(frame.Channels * _stride, pinned: true);
        _levels = GC.AllocateArray<sbyte>(frame.Channels * _stride, pinned: true);
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
        fixed (short* resized = _resized)
        fixed (sbyte* levels = _levels, to = destination)
        {
            for (int row = 0; row < _writer.StoredRows; row++)
            {
                foreach (PlanePass plane in _planes)
                    plane.Run(frame, row, resized, _stride);
                _levelPass.Run(resized, levels, _stride);
                _writer.Write(levels, _stride, row, to);
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
