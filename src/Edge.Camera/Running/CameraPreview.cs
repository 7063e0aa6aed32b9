using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;

namespace Edge.Camera.Running;

/// <summary>
/// The newest picture of one camera as JPEG. The loop copies frames into two buffers by turns and never waits: while a viewer
/// compresses one, the other is filled. Each picture is compressed once for all viewers. All memory is used again.
/// </summary>
internal sealed class CameraPreview : IDisposable
{
    private const int Quality = 75;

    private readonly FrameCopy[] _copies = [new(), new()];
    private readonly object _gate = new();
    private readonly object _encoding = new();
    private readonly PixelBuffer _stored = new();
    private readonly PixelBuffer _upright = new();
    private int _newest = -1, _reading = -1;
    private long _number, _time;
    private JpegEncoder? _encoder;
    private JpegDecoder? _decoder;
    private byte[] _jpeg = [];
    private int _length;
    private long _encoded;

    /// <summary>Uses the bytes of a JPEG file before it returns.</summary>
    public delegate void JpegUser(ReadOnlySpan<byte> jpeg);

    /// <summary>Pictures so far; the newest's number.</summary>
    public long Number => Interlocked.Read(ref _number);

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
        Interlocked.Increment(ref _number);
        _time = now;
    }

    /// <summary>Gives the newest picture to <paramref name="use"/>, upright. Any thread.</summary>
    /// <param name="number">Of the picture that the caller knows; becomes that of the newest.</param>
    /// <param name="use">Must not wait: other viewers of this camera do so meanwhile.</param>
    /// <returns>False when there is none that is newer, or it is damaged.</returns>
    /// <exception cref="CodecUnavailableException">libturbojpeg is missing.</exception>
    public bool TryUse(ref long number, JpegUser use)
    {
        lock (_encoding)
        {
            long newest = Number;
            if (newest <= number)
                return false;
            number = newest;
            if (_encoded < newest)
            {
                _encoded = newest;
                _length = 0;
                EncodeNewest();
            }

            if (_length == 0)
                return false;
            use(_jpeg.AsSpan(0, _length));
            return true;
        }
    }

    public void Dispose()
    {
        lock (_encoding)
        {
            _encoder?.Dispose();
            _decoder?.Dispose();
            (_encoder, _decoder) = (null, null);
        }
    }

    private void EncodeNewest()
    {
        FrameCopy copy;
        lock (_gate)
        {
            _reading = _newest;
            copy = _copies[_reading];
        }

        try
        {
            Encode(copy);
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

    private void Encode(FrameCopy copy)
    {
        if (copy.IsJpeg && copy.Orientation == ExifOrientation.TopLeft)
        {
            Keep(copy.Data);
            return;
        }

        if (copy.IsJpeg)
            (_decoder ??= new JpegDecoder()).Decode(copy.Data, _stored, ImageReader.DefaultMaxPixels);
        else
            copy.ToRgb(_stored);
        bool turn = copy.Orientation != ExifOrientation.TopLeft;
        if (turn)
            ExifOrientations.MakeUpright(_stored, _upright, copy.Orientation);
        Keep((_encoder ??= new JpegEncoder()).Encode(turn ? _upright : _stored, Quality, halfChroma: true));
    }

    private void Keep(ReadOnlySpan<byte> jpeg)
    {
        // Sizes differ from frame to frame: some room makes that the buffer is soon large enough for all.
        if (_jpeg.Length < jpeg.Length)
            _jpeg = GC.AllocateUninitializedArray<byte>(jpeg.Length + (jpeg.Length / 2));
        jpeg.CopyTo(_jpeg);
        _length = jpeg.Length;
    }

    /// <summary>A frame that outlives its buffer.</summary>
    private sealed unsafe class FrameCopy
    {
        private byte[] _data = [];
        private int _length, _stride;
        private FrameDescription _description;

        public bool IsJpeg { get; private set; }

        public ExifOrientation Orientation { get; private set; }

        public ReadOnlySpan<byte> Data => _data.AsSpan(0, _length);

        public void Fill(CapturedFrame frame, ExifOrientation orientation)
        {
            var from = new ReadOnlySpan<byte>(frame.Data, checked((int)frame.Length));
            if (_data.Length < from.Length)
                _data = GC.AllocateUninitializedArray<byte>(frame.IsJpeg ? from.Length * 3 / 2 : from.Length);
            from.CopyTo(_data);
            (_length, _stride, _description) = (from.Length, frame.Stride, frame.Description);
            (IsJpeg, Orientation) = (frame.IsJpeg, orientation);
        }

        /// <exception cref="ImageFormatException">Shorter than its description.</exception>
        public void ToRgb(PixelBuffer image)
        {
            fixed (byte* data = _data)
                FramePixels.ToRgb(CameraFrame.FromBuffer(_description, data, _length, _stride), _description, image);
        }
    }
}
