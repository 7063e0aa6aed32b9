using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Unicode;
using Edge.Camera.Running;
using Edge.Imaging;
using Microsoft.AspNetCore.Http;

namespace Edge.Camera.Web;

/// <summary>Pictures for viewers.</summary>
/// <param name="program">Whose cameras are shown.</param>
/// <param name="stop">Ends streams.</param>
internal sealed class PreviewEndpoints(ProgramView program, CancellationToken stop)
{
    /// <summary>Slower cameras count as stalled, and are opened anew.</summary>
    private static readonly TimeSpan SlowestCamera = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SnapshotPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SnapshotPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Motion JPEG (multipart/x-mixed-replace) until the viewer goes.</summary>
    public async Task Show(HttpContext context, string camera)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        using IDisposable look = program.Preview.Look();
        CameraPreview preview = program.Preview.Camera(camera);
        context.Response.ContentType = "multipart/x-mixed-replace; boundary=frame";
        PipeWriter body = context.Response.BodyWriter;
        CameraPreview.JpegUser write = jpeg => WritePart(body, jpeg);
        long number = preview.Number;

        // Twice per interval: a picture waits half an interval at most.
        using var timer = new PeriodicTimer(program.Preview.Interval / 2);
        await body.FlushAsync(ended.Token).ConfigureAwait(false);
        try
        {
            while (await timer.WaitForNextTickAsync(ended.Token).ConfigureAwait(false))
            {
                if (preview.TryUse(ref number, write))
                    await body.FlushAsync(ended.Token).ConfigureAwait(false);
                else if (program.Parts?.Readers.Any(r => r.Name == camera) != true)
                    return;
            }
        }
        catch (CodecUnavailableException)
        {
            // The answer has begun: all that is left is to end it. A snapshot says why.
            context.Abort();
        }
    }

    /// <summary>One picture with all pixels: the newest if it is no older than the interval of pictures, else the next.</summary>
    public async Task Snapshot(HttpContext context, string camera)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        using IDisposable look = program.Preview.Look();
        CameraPreview preview = program.Preview.Camera(camera);
        CameraPreview.JpegUser write = jpeg =>
        {
            context.Response.ContentType = "image/jpeg";
            context.Response.ContentLength = jpeg.Length;
            context.Response.BodyWriter.Write(jpeg);
        };
        try
        {
            long start = Stopwatch.GetTimestamp();
            TimeSpan interval = program.Preview.Interval, wait = interval + SlowestCamera + SnapshotPatience;
            for (long number = preview.Age <= interval ? 0 : preview.Number; !preview.TryUseWhole(ref number, write);)
            {
                if (Stopwatch.GetElapsedTime(start) > wait)
                {
                    await Gatekeeper
                        .Refuse(context, StatusCodes.Status503ServiceUnavailable, "no frame comes").ConfigureAwait(false);
                    return;
                }

                await Task.Delay(SnapshotPeriod, ended.Token).ConfigureAwait(false);
            }

            await context.Response.BodyWriter.FlushAsync(ended.Token).ConfigureAwait(false);
        }
        catch (CodecUnavailableException e)
        {
            await Gatekeeper.Refuse(context, StatusCodes.Status503ServiceUnavailable, e.Message).ConfigureAwait(false);
        }
    }

    private static void WritePart(PipeWriter body, ReadOnlySpan<byte> jpeg)
    {
        Span<byte> head = body.GetSpan(128);
        Utf8.TryWrite(
            head,
            CultureInfo.InvariantCulture,
            $"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n",
            out int length);
        body.Advance(length);
        body.Write(jpeg);
        body.Write("\r\n"u8);
    }
}
