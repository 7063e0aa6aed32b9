using Edge.Runtime.Format;
using Edge.Training.Autograd;
using Edge.Training.Data;

namespace Edge.Training.Fitting.Transfer;

/// <summary>
/// Fits classifier heads on features that are computed once: of every image as evaluation sees it, and of some varied views of
/// it.
/// </summary>
/// <param name="images">All images, split differently each time.</param>
/// <param name="plain">Features of every image.</param>
/// <param name="views">Features of varied views, tables like <paramref name="plain"/>.</param>
/// <param name="workers">Threads.</param>
public sealed class HeadFitting(ImageSet images, FeatureTable plain, IReadOnlyList<FeatureTable> views, Workers workers)
{
    /// <summary>Computes the features.</summary>
    /// <param name="extractor">The network up to its head.</param>
    /// <param name="images">All images.</param>
    /// <param name="input">The network's preprocessing.</param>
    /// <param name="augmentation">How views are varied.</param>
    /// <param name="views">Views of every image besides itself.</param>
    /// <param name="seed">Decides the variations.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="progress">Called with features done and all of them.</param>
    public static HeadFitting Prepare(
        FeatureExtractor extractor,
        ImageSet images,
        InputPreprocessing input,
        Augmentation augmentation,
        int views,
        ulong seed,
        Workers workers,
        Action<int, int> progress,
        CancellationToken cancellation)
    {
        const int BatchSize = 16;
        var all = new Examples(images, [.. Enumerable.Range(0, images.Count)]);
        using var loader = new BatchLoader(all, input, augmentation, BatchSize, seed, threads: 1, cacheBytes: 1L << 29);
        int total = images.Count * (views + 1);
        FeatureTable plain = extractor.Run(loader.Evaluation(), images.Count, done => progress(done, total), cancellation);
        var varied = new List<FeatureTable>();
        for (int v = 0; v < views; v++)
        {
            int before = images.Count * (v + 1);
            varied.Add(extractor.Run(loader.Views(v), images.Count, done => progress(before + done, total), cancellation));
        }

        return new HeadFitting(images, plain, varied, workers);
    }

    /// <summary>Logistic regression on the training images and their views.</summary>
    /// <param name="training">Indices of the images.</param>
    /// <param name="strength">Multiple of the usual penalty 1/rows.</param>
    /// <param name="classWeights">Weight of every class; null: 1.</param>
    public LinearClassifier Fit(IReadOnlyList<int> training, double strength, float[]? classWeights)
    {
        FeatureTable rows = FeatureTable.Concatenate([plain.Select(training), .. views.Select(v => v.Select(training))]);
        return LogisticRegression.Fit(rows, images.ClassNames.Count, strength / training.Count, classWeights, workers);
    }

    /// <summary>Share of the images that get their class.</summary>
    public double Accuracy(LinearClassifier classifier, IReadOnlyList<int> validation) => classifier.Accuracy(plain, validation);

    /// <summary>Answers in the order of the indices.</summary>
    public ClassificationResult Classify(LinearClassifier classifier, IReadOnlyList<int> validation)
    {
        var result = new ClassificationResult(classifier.Classes);
        float[] scores = new float[classifier.Classes];
        foreach (int row in validation)
        {
            classifier.Score(plain.Row(row), scores);
            result.Add(plain.Classes[row], scores);
        }

        return result;
    }

    /// <summary>What simpler classifiers make of the same features, without views.</summary>
    public (double NearestClassMean, double LogisticRegression) Probe(IReadOnlyList<int> training, IReadOnlyList<int> validation)
    {
        FeatureTable rows = plain.Select(training);
        int classes = images.ClassNames.Count;
        return (
            Accuracy(NearestClassMean.Fit(rows, classes), validation),
            Accuracy(LogisticRegression.Fit(rows, classes, 1.0 / rows.Rows, weights: null, workers), validation));
    }
}
