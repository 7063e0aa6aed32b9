using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer.Quantization;

namespace Edge.Quantizer.Evaluation;

/// <summary>Runs several classifiers over one folder; the first is the reference that the others are compared with.</summary>
/// <param name="areProbabilities">Whether scores are a softmax's.</param>
internal sealed class Evaluator(IReadOnlyList<IClassifier> classifiers, int labelOffset, bool areProbabilities)
{
    private const int Ranks = 5;

    /// <param name="images">Files and their classes (without the label offset).</param>
    public IReadOnlyList<Accuracy> Run(IReadOnlyList<FolderImage> images, QuantizationProgress? progress)
    {
        var results = classifiers.Select(c => new Accuracy(c.Name)).ToList();
        using var reader = new ImageReader();
        var pixels = new PixelBuffer();
        for (int i = 0; i < images.Count; i++)
        {
            reader.Read(images[i].Path, pixels);
            (int[] reference, float[] referenceLogits) = ([], []);
            for (int c = 0; c < classifiers.Count; c++)
            {
                ReadOnlySpan<float> scores = classifiers[c].Classify(pixels);
                int[] ranking = Ranking.Best(scores, labelOffset, Ranks);
                float[] logits = Ranking.Logits(scores, areProbabilities);
                if (c == 0)
                    (reference, referenceLogits) = (ranking, logits);
                else
                    results[c].Compare(logits, referenceLogits);
                results[c].Add(ranking, reference, images[i].Class);
            }

            progress?.Invoke("classifying", i + 1, images.Count);
        }

        return results;
    }
}
