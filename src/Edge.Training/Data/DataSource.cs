using Edge.Quantizer;

namespace Edge.Training.Data;

/// <summary>
/// Where the images come from and how they are divided: what the command line says, and a checkpoint remembers.
/// </summary>
public sealed record DataSource
{
    /// <summary>A folder, a CSV file or an IDX file of images.</summary>
    public required string Data { get; init; }

    /// <summary>The labels of an IDX file; null: found by name.</summary>
    public string? Labels { get; init; }

    /// <summary>The column of a CSV file with the class.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>A text file with one class name per line.</summary>
    public string? ClassNames { get; init; }

    /// <summary>A separate set to validate with, like <see cref="Data"/>.</summary>
    public string? ValidationData { get; init; }

    public string? ValidationLabels { get; init; }

    /// <summary>Share of every class that validates, where there is no separate set.</summary>
    public double Validation { get; init; } = DefaultValidation;

    /// <summary>Images of every class that train; the others validate. Null: by share.</summary>
    public int? TrainPerClass { get; init; }

    /// <summary>70 to 30.</summary>
    public const double DefaultValidation = 0.3;

    /// <summary>All images of <see cref="Data"/>.</summary>
    /// <exception cref="UserException">They cannot be used.</exception>
    public ImageSet Open() => Open(Data, Labels, "--labels");

    /// <summary>What trains and what validates; the second may be empty.</summary>
    /// <exception cref="UserException">The images cannot be used, or cannot be divided so.</exception>
    public (Examples Training, Examples Validation) OpenSplit(ulong seed)
    {
        ImageSet images = Open();
        if (ValidationData is null)
            return Split(images, seed);
        ImageSet validation = Open(ValidationData, ValidationLabels, "--validation-labels");
        if (!validation.ClassNames.SequenceEqual(images.ClassNames))
        {
            throw new UserException(
                $"{ValidationData}: has other classes ({validation.ClassNames.Count}) than {Data} "
                + $"({images.ClassNames.Count}), or in another order");
        }

        HashSet<string> trained = [.. images.Files];
        if (validation.Files.FirstOrDefault(trained.Contains) is { } both)
            throw new UserException($"{ValidationData}: {both} trains as well; give other images to validate with, or leave --validation-data out");

        return (All(images), All(validation));
    }

    /// <inheritdoc cref="OpenSplit"/>
    public (Examples Training, Examples Validation) Split(ImageSet images, ulong seed)
    {
        StratifiedSplit split = TrainPerClass is { } count
            ? StratifiedSplit.ByCount(images.Classes, images.ClassNames, count, seed)
            : StratifiedSplit.ByShare(images.Classes, Validation, seed);
        return (new Examples(images, split.Training), new Examples(images, split.Validation));
    }

    private static Examples All(ImageSet images) => new(images, [.. Enumerable.Range(0, images.Count)]);

    private ImageSet Open(string path, string? labels, string labelsOption)
    {
        bool isIdx = IdxFile.LooksLikeOne(path);
        if (labels is not null && !isIdx)
            throw new UserException($"{labelsOption} {labels}: only for IDX files (.idx, .gz, …-ubyte), and {path} is none; leave it out");
        if (LabelColumn is not null && isIdx)
            throw new UserException($"--label-column {LabelColumn}: IDX files have no columns, and {path} is one; leave it out");
        string[]? names = ClassNames is null ? null : ReadNames(ClassNames);
        ImageSet images = isIdx ? IdxImageSet.Open(path, labels, names) : FileImageSet.Open(path, LabelColumn, names);
        if (images.ClassNames.FirstOrDefault(n => n.AsSpan().ContainsAny('\r', '\n')) is { } lines)
            throw new UserException($"{path}: the name of class '{lines.ReplaceLineEndings(" ")}' has several lines; name it in one");
        return images.ClassNames.Count > 1
            ? images
            : throw new UserException(
                $"{path}: holds one class only ('{images.ClassNames[0]}'); a classifier needs at least two");
    }

    private static string[] ReadNames(string file)
    {
        try
        {
            string[] lines = [.. File.ReadAllLines(file).Select(l => l.Trim())];
            int end = Array.FindLastIndex(lines, l => l.Length > 0) + 1;
            if (end == 0)
                throw new UserException($"{file}: holds no class names");
            for (int i = 0; i < end; i++)
            {
                if (lines[i].Length == 0)
                    throw new UserException($"{file}, line {i + 1}: is empty; name every class");
                if (Array.IndexOf(lines, lines[i], 0, i) is >= 0 and var first)
                    throw new UserException($"{file}, line {i + 1}: '{lines[i]}' is the name of line {first + 1} already; name every class differently");
            }

            return lines[..end];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{file}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
