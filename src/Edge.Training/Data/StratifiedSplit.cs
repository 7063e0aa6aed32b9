using Edge.Quantizer;

namespace Edge.Training.Data;

/// <summary>Which images train and which validate: indices, each list ascending. Every class is split alike.</summary>
public sealed record StratifiedSplit(int[] Training, int[] Validation)
{
    /// <summary>
    /// A share of every class validates; a class of one image only trains, any other has an image on both sides.
    /// </summary>
    /// <param name="classes">Class of every image.</param>
    /// <param name="share">0 (none) to below 1.</param>
    /// <param name="seed">Another seed gives another split.</param>
    public static StratifiedSplit ByShare(IReadOnlyList<int> classes, double share, ulong seed)
    {
        if (share is not (>= 0 and < 1))
            throw new UserException($"--validation {share}: must be at least 0 and below 1");
        return Split(classes, seed, members => share == 0 || members == 1
            ? members
            : members - Math.Clamp((int)Math.Round(members * share), 1, members - 1));
    }

    /// <summary>So many images of every class train, the others validate.</summary>
    /// <exception cref="UserException">A class has no image left to validate with.</exception>
    public static StratifiedSplit ByCount(
        IReadOnlyList<int> classes, IReadOnlyList<string> names, int trainingPerClass, ulong seed)
    {
        if (trainingPerClass < 1)
            throw new UserException($"--train-per-class {trainingPerClass}: must be at least 1");
        foreach (IGrouping<int, int> group in classes.GroupBy(c => c).Where(g => g.Count() <= trainingPerClass))
        {
            throw new UserException(
                $"class '{names[group.Key]}' has {group.Count()} images: too few to train with {trainingPerClass} and validate with "
                + "the rest");
        }

        return Split(classes, seed, _ => trainingPerClass);
    }

    private static StratifiedSplit Split(IReadOnlyList<int> classes, ulong seed, Func<int, int> training)
    {
        List<int> train = [], validate = [];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, classes.Count).GroupBy(i => classes[i]))
        {
            int[] members = [.. group];
            SampleRandom.For(seed, group.Key).Shuffle(members.AsSpan());
            int count = training(members.Length);
            train.AddRange(members[..count]);
            validate.AddRange(members[count..]);
        }

        train.Sort();
        validate.Sort();
        return new StratifiedSplit([.. train], [.. validate]);
    }
}
