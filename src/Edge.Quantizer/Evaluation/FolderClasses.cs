using Edge.Imaging;

namespace Edge.Quantizer.Evaluation;

/// <summary>Brings the classes of a folder of images into the order of a network's outputs.</summary>
internal static class FolderClasses
{
    /// <summary>
    /// Classes of a labels.csv are output numbers already. Named folders are looked up among the network's labels; images of a
    /// folder that is no label have no class.
    /// </summary>
    /// <param name="folder">Images, with or without classes.</param>
    /// <param name="labels">Class names in output order behind the label offset; empty when the network has none.</param>
    /// <exception cref="UserException">No folder is called like a label.</exception>
    public static IReadOnlyList<FolderImage> InOutputOrder(ImageFolder folder, IReadOnlyList<string> labels)
    {
        if (folder.ClassNames.Count == 0 || labels.Count == 0)
            return folder.Images;
        string[] names = [.. labels.Select(Normalized)];
        int?[] byFolder = [.. folder.ClassNames.Select(n => Array.IndexOf(names, Normalized(n)) is >= 0 and var i ? i : (int?)null)];
        if (byFolder.All(i => i is null))
            throw new UserException($"{folder.Path}: no folder is called like one of the package's {labels.Count} labels ('{labels[0]}', …)");
        return [.. folder.Images.Select(i => i with { Class = i.Class is { } c ? byFolder[c] : null })];
    }

    /// <summary>Whether every folder is called like a class of the network, by the same rule: then they are its classes.</summary>
    public static bool AreLabels(ImageFolder folder, IReadOnlyList<string> labels)
    {
        HashSet<string> names = [.. labels.Select(Normalized)];
        return folder.ClassNames.Count > 0 && folder.ClassNames.All(c => names.Contains(Normalized(c)));
    }

    private static string Normalized(string name) => name.Trim().Replace('_', ' ').Replace('-', ' ').ToUpperInvariant();
}
