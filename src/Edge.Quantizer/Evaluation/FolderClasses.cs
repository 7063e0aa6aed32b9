using Edge.Imaging;

namespace Edge.Quantizer.Evaluation;

/// <summary>Brings the classes of a folder of images into the order of a network's outputs.</summary>
internal static class FolderClasses
{
    /// <summary>
    /// Numbers in a labels.csv are those of classes already. Named folders are looked up among the network's labels; images of a
    /// folder that is no label have no class.
    /// </summary>
    /// <param name="folder">Images, with or without classes.</param>
    /// <param name="labels">Class names in output order behind the label offset; empty when the network has none.</param>
    /// <param name="classes">How many the network has.</param>
    /// <exception cref="UserException">A number is no class of the network, or no name is one of its labels.</exception>
    public static IReadOnlyList<FolderImage> InOutputOrder(ImageFolder folder, IReadOnlyList<string> labels, int classes)
    {
        if (folder.ClassNames.Count == 0)
        {
            return folder.Images.FirstOrDefault(i => i.Class >= classes) is { } wrong
                ? throw new UserException($"{Path.Combine(folder.Path, ImageFolder.LabelFile)}: class {wrong.Class}, but the network has {classes} classes; mend the file, or name another column by --label-column")
                : folder.Images;
        }

        if (labels.Count == 0)
            throw new UserException($"{folder.Path}: its classes have names ('{folder.ClassNames[0]}', …), those of the network none; quantize with --labels");
        string[] names = [.. labels.Select(Normalized)];
        int?[] byFolder = [.. folder.ClassNames.Select(n => Array.IndexOf(names, Normalized(n)) is >= 0 and var i ? i : (int?)null)];
        if (byFolder.All(i => i is null))
            throw new UserException($"{folder.Path}: no folder is called like one of the package's {labels.Count} labels ('{labels[0]}', …)");
        return [.. folder.Images.Select(i => i with { Class = i.Class is { } c ? byFolder[c] : null })];
    }

    /// <summary>Says how many images have a class that the network does not have; null where there are none.</summary>
    /// <param name="ordered">What <see cref="InOutputOrder"/> made of the folder.</param>
    public static string? Foreign(ImageFolder folder, IReadOnlyList<FolderImage> ordered)
    {
        int[] classes = [.. folder.Images.Where((image, i) => image.Class is not null && ordered[i].Class is null).Select(i => i.Class!.Value)];
        if (classes.Length == 0)
            return null;
        string name = $"'{folder.ClassNames[classes[0]]}'";
        int distinct = classes.Distinct().Count();
        string of = distinct == 1 ? name : $"{distinct} folders ({name}, …)";
        return classes.Length == 1
            ? $"1 image of {of} belongs to no class of the network and is not counted"
            : $"{classes.Length} images of {of} belong to no class of the network and are not counted";
    }

    /// <summary>Whether every folder is called like a class of the network, by the same rule: then they are its classes.</summary>
    public static bool AreLabels(ImageFolder folder, IReadOnlyList<string> labels)
    {
        HashSet<string> names = [.. labels.Select(Normalized)];
        return folder.ClassNames.Count > 0 && folder.ClassNames.All(c => names.Contains(Normalized(c)));
    }

    private static string Normalized(string name) => name.Trim().Replace('_', ' ').Replace('-', ' ').ToUpperInvariant();
}
