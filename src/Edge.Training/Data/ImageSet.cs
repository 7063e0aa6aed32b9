using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.Training.Data;

/// <summary>Images with classes, in an order that is the same on every machine.</summary>
public abstract class ImageSet
{
    protected ImageSet(string source, IReadOnlyList<string> classNames, IReadOnlyList<int> classes)
    {
        (Source, ClassNames, Classes) = (source, classNames, classes);
    }

    /// <summary>The path it was opened by.</summary>
    public string Source { get; }

    /// <summary>By class index.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Class index of every image.</summary>
    public IReadOnlyList<int> Classes { get; }

    public int Count => Classes.Count;

    /// <summary>What a person would call the image: a path, or a number.</summary>
    public abstract string NameOf(int index);

    /// <summary>The files that the images lie in, absolute paths, links followed.</summary>
    public abstract IEnumerable<string> Files { get; }

    /// <summary>Decodes one image. May be called by several threads, each with its own reader and buffer.</summary>
    /// <exception cref="ImagingException">The file is damaged.</exception>
    public abstract void Read(int index, ImageReader reader, PixelBuffer destination);

    /// <summary>Tells data sets apart: a checkpoint must meet the images that it was trained on.</summary>
    public string Fingerprint()
    {
        var hash = new HashCode64();
        hash.Add(Count);
        for (int i = 0; i < Count; i++)
        {
            hash.Add(Classes[i]);
            hash.Add(Path.GetFileName(NameOf(i).AsSpan()));
        }

        foreach (string name in ClassNames)
            hash.Add(name);
        return hash.ToString();
    }

    /// <summary>An absolute path; that of its target where the file is a link.</summary>
    protected static string FinalPath(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

    /// <summary>FNV-1a over UTF-16 code units; no secret, the same on every machine.</summary>
    private struct HashCode64()
    {
        private ulong _hash = 0xCBF29CE484222325;

        public void Add(ReadOnlySpan<char> text)
        {
            foreach (char c in text)
                Add(c);
            Add(-1);
        }

        public void Add(int value) => _hash = (_hash ^ (uint)value) * 0x100000001B3;

        public override readonly string ToString() => $"{_hash:x16}";
    }
}
