using System.Collections.Concurrent;
using Edge.Imaging;
using Edge.Runtime.Format;

namespace Edge.Training.Data;

/// <summary>
/// Prepares batches on background threads, one ahead of the caller. What a batch holds depends on (seed, epoch, step) alone: not
/// on threads, timing or earlier batches, so that a resumed run meets the same ones.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    private readonly Examples _examples;
    private readonly Augmentation _augmentation;
    private readonly ulong _seed;
    private readonly int _threads;
    private readonly Func<SampleReader> _createReader;
    private readonly ConcurrentBag<SampleReader> _readers = [];
    private readonly Batch[] _buffers;

    /// <param name="examples">At least one.</param>
    /// <param name="input">The network's preprocessing.</param>
    /// <param name="augmentation">How training batches are varied.</param>
    /// <param name="batchSize">Images of a batch.</param>
    /// <param name="seed">Decides order and variation.</param>
    /// <param name="threads">Threads that prepare one batch.</param>
    /// <param name="cacheBytes">Memory for decoded pixels.</param>
    public BatchLoader(
        Examples examples,
        InputPreprocessing input,
        Augmentation augmentation,
        int batchSize,
        ulong seed,
        int threads,
        long cacheBytes)
    {
        (_examples, _augmentation, BatchSize, _seed, _threads) = (examples, augmentation, batchSize, seed, Math.Max(1, threads));
        var caches = new SampleCaches(cacheBytes);
        _createReader = () => new SampleReader(examples.Images, input, augmentation, caches);
        int length = input.Height * input.Width * input.Channels;
        _buffers = [new Batch(batchSize, length), new Batch(batchSize, length)];
    }

    public int BatchSize { get; }

    /// <summary>
    /// Training steps of an epoch. A rest of less than half a batch is left out: other images each epoch.
    /// </summary>
    public int Steps => Math.Max(1, (_examples.Count + (BatchSize / 2)) / BatchSize);

    /// <summary>Varied batches of one epoch in random order. A batch is valid until the next one is asked for.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="firstStep">Steps of this epoch that are done already.</param>
    public IEnumerable<Batch> Training(int epoch, int firstStep = 0)
    {
        int[] order = [.. Enumerable.Range(0, _examples.Count)];
        SampleRandom.For(_seed, epoch, -1).Shuffle(order.AsSpan());
        return Ahead(firstStep, Steps, (batch, step) =>
        {
            Fill(batch, order, step, (reader, place, destination) =>
                reader.Training(_examples.Indices[place], SampleRandom.For(_seed, epoch, place), destination));
            if (_augmentation.Mixup > 0)
                batch.Mix((float)SampleRandom.For(_seed, epoch, -2 - step).Beta(_augmentation.Mixup));
        });
    }

    /// <summary>All examples in their order, as evaluation sees them. A batch is valid until the next one is asked for.</summary>
    public IEnumerable<Batch> Evaluation()
    {
        int[] order = [.. Enumerable.Range(0, _examples.Count)];
        return Ahead(0, (order.Length + BatchSize - 1) / BatchSize, (batch, step) =>
            Fill(batch, order, step, (reader, place, destination) => reader.Evaluation(_examples.Indices[place], destination)));
    }

    /// <summary>All examples in their order, each varied once. A batch is valid until the next one is asked for.</summary>
    /// <param name="view">Another number varies them differently.</param>
    public IEnumerable<Batch> Views(int view)
    {
        int[] order = [.. Enumerable.Range(0, _examples.Count)];
        return Ahead(0, (order.Length + BatchSize - 1) / BatchSize, (batch, step) =>
            Fill(batch, order, step, (reader, place, destination) =>
                reader.Training(_examples.Indices[place], SampleRandom.For(_seed, view, place), destination)));
    }

    /// <summary>A copy of what evaluation sees, as grey levels.</summary>
    /// <param name="place">Place among the examples.</param>
    public PixelBuffer Pixels(int place)
    {
        SampleReader reader = Take();
        PixelBuffer pixels = reader.EvaluationPixels(_examples.Indices[place]);
        var copy = new PixelBuffer(pixels.Width, pixels.Height, pixels.Channels);
        pixels.Pixels.CopyTo(copy.Pixels);
        _readers.Add(reader);
        return copy;
    }

    public void Dispose()
    {
        foreach (SampleReader reader in _readers)
            reader.Dispose();
    }

    private IEnumerable<Batch> Ahead(int first, int end, Action<Batch, int> prepare)
    {
        Task? next = null;
        try
        {
            for (int step = first; step < end; step++)
            {
                next ??= Start(step);
                next.GetAwaiter().GetResult();
                next = step + 1 < end ? Start(step + 1) : null;
                yield return _buffers[step % 2];
            }
        }
        finally
        {
            // A caller that stops early must not meet a thread that still writes into the buffers.
            if (next is not null)
                ((IAsyncResult)next).AsyncWaitHandle.WaitOne();
        }

        Task Start(int step) => Task.Run(() => prepare(_buffers[step % 2], step));
    }

    private void Fill(Batch batch, int[] order, int step, Preparation prepare)
    {
        int first = step * BatchSize;
        batch.Clear();
        batch.Count = Math.Min(BatchSize, order.Length - first);
        try
        {
            Parallel.For(
                0,
                batch.Count,
                new ParallelOptions { MaxDegreeOfParallelism = _threads },
                Take,
                (i, _, reader) =>
                {
                    int place = order[first + i];
                    batch.Places[i] = place;
                    batch.Classes[i] = _examples.ClassAt(place);
                    prepare(reader, place, batch.Image(i));
                    return reader;
                },
                _readers.Add);
        }
        catch (AggregateException e) when (e.InnerException is ImagingException)
        {
            throw e.InnerException;
        }
    }

    private SampleReader Take() => _readers.TryTake(out SampleReader? reader) ? reader : _createReader();

    private delegate void Preparation(SampleReader reader, int place, Span<float> destination);
}
