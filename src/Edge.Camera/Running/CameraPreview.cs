using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Imaging;

namespace Edge.Camera.Running;

/// <summary>
/// The newest picture of one camera as JPEG. The loop copies frames into two buffers by turns and never waits: while a viewer
/// compresses one, the other is filled. Each picture is compressed once for all viewers, when one asks. All memory is used again.
/// </summary>
internal sealed class CameraPreview : IDisposable
{
    private const int Quality = 75;
    private const int MaxSide = 640;

    private readonly FrameCopy[] _copies = [new(), new()];
    private readonly object _gate = new();
    private readonly object _encoding = new();
    private readonly Encoding _small = new(MaxSide), _whole = new(UprightJpeg.Whole);
    private int _newest = -1, _reading = -1;
    private long _number, _time;

    /// <summary>Uses the bytes of a JPEG file before it returns.</summary>
    public delegate void JpegUser(ReadOnlySpan<byte> jpeg);

    /// <summary>Pictures so far; the newest's number.</summary>
    public long Number => Interlocked.Read(ref _number);

    /// <summary>Of the newest picture; before the first one, longer than any interval.</summary>
    public TimeSpan Age => Number == 0 ? TimeSpan.MaxValue : Stopwatch.GetElapsedTime(Interlocked.Read(ref _time));

    /// <summary>Copies the frame if it is time for another picture. The loop's thread only.</summary>
    /// <param name="frame">Not yet given back.</param>
    /// <param name="orientation">How it is stored.</param>
    /// <param name="interval">Stopwatch ticks since the picture before.</param>
    public void Offer(CapturedFrame frame, ExifOrientation orientation, long interval)
    {
        long now = Stopwatch.GetTimestamp();
        if (_newest >= 0 && now - _time < interval)
            return;
        int free;
        lock (_gate)
        {
            free = _newest == 0 ? 1 : 0;
            if (free == _reading)
                return;
        }

        // Only the newest is ever read, and this is not it.
        _copies[free].Fill(frame, orientation);
        lock (_gate)
            _newest = free;
        Interlocked.Exchange(ref _time, now);
        Interlocked.Increment(ref _number);
    }

    /// <summary>
    /// Gives the newest picture to <paramref name="use"/>, upright and at most 640 pixels long and high. A camera's own upright
    /// JPEG is given as it is.
    /// </summary>
    /// <param name="number">Of the picture that the caller knows; becomes that of the newest.</param>
    /// <param name="use">Must not wait: other viewers of this camera do so meanwhile.</param>
    /// <returns>False when there is none that is newer, or it is damaged.</returns>
    /// <exception cref="CodecUnavailableException">libturbojpeg is missing.</exception>
    public bool TryUse(ref long number, JpegUser use) => TryUse(_small, ref number, use);

    /// <summary>As <see cref="TryUse(ref long, JpegUser)"/>, with all pixels.</summary>
    public bool TryUseWhole(ref long number, JpegUser use) => TryUse(_whole, ref number, use);

    public void Dispose()
    {
        lock (_encoding)
        {
            _small.Maker.Dispose();
            _whole.Maker.Dispose();
        }
    }

    private bool TryUse(Encoding encoding, ref long number, JpegUser use)
    {
        lock (_encoding)
        {
            long newest = Number;
            if (newest <= number)
                return false;
            number = newest;
            if (encoding.Number < newest)
            {
                (encoding.Number, encoding.Length) = (newest, 0);
                EncodeNewest(encoding);
            }

            if (encoding.Length == 0)
                return false;
            use(encoding.Jpeg.AsSpan(0, encoding.Length));
            return true;
        }
    }

    private void EncodeNewest(Encoding encoding)
    {
        FrameCopy copy;
        lock (_gate)
        {
            _reading = _newest;
            copy = _copies[_reading];
        }

        try
        {
            encoding.Keep(copy.Layout.IsUprightJpeg ? copy.Data : encoding.Maker.Make(copy.Data, copy.Layout));
        }
        catch (ImageFormatException)
        {
            // The loop counted it as damaged.
        }
        finally
        {
            lock (_gate)
                _reading = -1;
        }
    }

    /// <summary>The last picture in one size.</summary>
    private sealed class Encoding(int maxSide)
    {
        public UprightJpeg Maker { get; } = new(maxSide, Quality);

        /// <summary>Of the picture; it may have been damaged.</summary>
        public long Number { get; set; }

        public byte[] Jpeg { get; private set; } = [];

        /// <summary>Bytes of the file; 0 for none.</summary>
        public int Length { get; set; }

        public void Keep(ReadOnlySpan<byte> jpeg)
        {
            // Sizes differ from frame to frame: some room makes that the buffer is soon large enough for all.
            if (Jpeg.Length < jpeg.Length)
                Jpeg = GC.AllocateUninitializedArray<byte>(jpeg.Length + (jpeg.Length / 2));
            jpeg.CopyTo(Jpeg);
            Length = jpeg.Length;
        }
    }

    /// <summary>A frame that outlives its buffer.</summary>
    private sealed unsafe class FrameCopy
    {
        private byte[] _data = [];
        private int _length;

        public FrameLayout Layout { get; private set; }

        public ReadOnlySpan<byte> Data => _data.AsSpan(0, _length);

        public void Fill(CapturedFrame frame, ExifOrientation orientation)
        {
            var from = new ReadOnlySpan<byte>(frame.Data, checked((int)frame.Length));
            if (_data.Length < from.Length)
                _data = GC.AllocateUninitializedArray<byte>(frame.IsJpeg ? from.Length * 3 / 2 : from.Length);
            from.CopyTo(_data);
            (_length, Layout) = (from.Length, new FrameLayout(frame.Description, frame.Stride, frame.IsJpeg, orientation));
        }
    }
}
