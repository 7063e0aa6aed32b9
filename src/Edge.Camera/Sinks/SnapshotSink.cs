using System.Globalization;
using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Imaging;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>
/// Keeps pictures of decisions as JPEG files, never more than a budget: before one is written the oldest make room, and nothing is
/// written while the disk is nearly full. Only files that this sink named are counted and removed.
/// </summary>
internal sealed class SnapshotSink : QueuedSink, IPictureSink
{
    private const int Capacity = 8;
    private const int LongestWords = 200;
    private const string Pattern = "????????T??????.???Z_*.jpg";

    /// <summary>Ends the name of a picture that is being written.</summary>
    private const string Unfinished = ".part";

    private readonly SnapshotConfig _config;
    private readonly string _folder;
    private readonly SortedDictionary<string, long> _files = new(StringComparer.Ordinal);
    private long _bytes;

    /// <param name="config">Valid.</param>
    /// <param name="folder">Absolute; made if it is not there.</param>
    /// <param name="log">For trouble with the disk.</param>
    /// <exception cref="ConfigException">The folder can't be made or read.</exception>
    public SnapshotSink(SnapshotConfig config, string folder, ILogger log)
        : base("snapshots", Capacity, log)
    {
        (_config, _folder) = (config, folder);
        try
        {
            DirectoryInfo pictures = Directory.CreateDirectory(folder);
            foreach (FileInfo file in pictures.EnumerateFiles(Pattern))
                Count(file.Name, file.Length);
            foreach (FileInfo cutOff in pictures.EnumerateFiles(Pattern + Unfinished))
                cutOff.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([$"snapshots.folder: {folder}: {e.Message.ReplaceLineEndings(" ")}"]);
        }
    }

    public override bool WantsPicture(string label) =>
        _config.Classes.Length == 0 ? label != DecisionEvent.UnknownLabel : _config.Classes.Contains(label);

    public void Keep(DecisionEvent decision) => Enqueue(decision);

    protected override bool Wants(DecisionEvent decision) => decision.Picture is not null && WantsPicture(decision.Label);

    protected override async Task DeliverAsync(DecisionEvent decision, CancellationToken stop)
    {
        try
        {
            byte[] jpeg = decision.Picture!.Jpeg(_config.Quality);
            Directory.CreateDirectory(_folder);
            MakeRoom(jpeg.Length);
            string name = Name(decision);
            await Write(Path.Combine(_folder, name), jpeg, stop).ConfigureAwait(false);
            Count(name, jpeg.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CodecUnavailableException)
        {
            throw new SinkException($"{_folder}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Nothing stays behind of a picture that could not be written whole.</summary>
    private static async Task Write(string path, byte[] jpeg, CancellationToken stop)
    {
        string unfinished = path + Unfinished;
        bool whole = false;
        try
        {
            await File.WriteAllBytesAsync(unfinished, jpeg, stop).ConfigureAwait(false);
            File.Move(unfinished, path, overwrite: true);
            whole = true;
        }
        finally
        {
            if (!whole)
                File.Delete(unfinished);
        }
    }

    /// <summary>Sorts by time: 20261122T153000.250Z_camera_stop.jpg.</summary>
    private static new string Name(DecisionEvent decision)
    {
        string time = decision.Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        char[] words = Array.ConvertAll(
            $"{decision.Where}_{decision.Label}".ToCharArray(),
            c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '-');
        return $"{time}_{new string(words, 0, int.Min(words.Length, LongestWords))}.jpg";
    }

    private void Count(string name, long bytes)
    {
        _bytes += bytes - _files.GetValueOrDefault(name);
        _files[name] = bytes;
    }

    private void MakeRoom(long bytes)
    {
        const long Megabyte = 1 << 20;
        while (_files.Count > 0 && _bytes + bytes > _config.MaxMegabytes * Megabyte)
        {
            (string oldest, long size) = _files.First();
            File.Delete(Path.Combine(_folder, oldest));
            _files.Remove(oldest);
            _bytes -= size;
        }

        long free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free - bytes < _config.KeepFreeMegabytes * Megabyte)
            throw new SinkException($"{_folder}: only {free / Megabyte} MB free, snapshots.keepFreeMegabytes is {_config.KeepFreeMegabytes}");
    }
}
