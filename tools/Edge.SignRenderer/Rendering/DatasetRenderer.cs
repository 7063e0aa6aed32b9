using Edge.Imaging;
using Edge.SignRenderer.Output;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Rendering;

/// <summary>Renders many samples on all cores, in order.</summary>
internal sealed class DatasetRenderer(RenderStyle style, SignLibrary library, ulong seed, int side)
{
    private const int Chunk = 1024;

    /// <summary>Writes samples 0 … count − 1.</summary>
    /// <param name="files">Where to.</param>
    /// <param name="count">Samples.</param>
    /// <param name="progress">Called with the number of samples written so far.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    public void Render(IdxFiles files, int count, Action<int> progress, CancellationToken cancellation)
    {
        int bytes = side * side * 3;
        byte[] images = new byte[Chunk * bytes], labels = new byte[Chunk];
        for (int first = 0; first < count; first += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = first, samples = Math.Min(Chunk, count - first);
            Parallel.For(
                0, samples, () => new Worker(style, library, seed, side),
                (i, _, worker) =>
                {
                    labels[i] = (byte)worker.Renderer.Label(start + i);
                    worker.Renderer.Render(start + i, labels[i], worker.Pixels);
                    worker.Pixels.Pixels.CopyTo(images.AsSpan(i * bytes, bytes));
                    return worker;
                },
                worker => worker.Renderer.Dispose());
            files.Write(images.AsSpan(0, samples * bytes), labels.AsSpan(0, samples));
            progress(first + samples);
        }
    }

    private sealed class Worker(RenderStyle style, SignLibrary library, ulong seed, int side)
    {
        public SampleRenderer Renderer { get; } = new(style, library, seed, side);

        public PixelBuffer Pixels { get; } = new();
    }
}
