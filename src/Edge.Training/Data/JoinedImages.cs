using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.Training.Data;

/// <summary>Training and validation images under one numbering, whether they come from one set or from two.</summary>
/// <param name="Images">Both.</param>
/// <param name="Training">Indices of what trains.</param>
/// <param name="Validation">Indices of what validates.</param>
public sealed record JoinedImages(ImageSet Images, int[] Training, int[] Validation)
{
    public static JoinedImages Of(Examples training, Examples validation)
    {
        if (training.Images == validation.Images)
            return new JoinedImages(training.Images, training.Indices, validation.Indices);
        int first = training.Images.Count;
        return new JoinedImages(
            new TwoSets(training.Images, validation.Images), training.Indices, [.. validation.Indices.Select(i => first + i)]);
    }

    private sealed class TwoSets(ImageSet first, ImageSet second)
        : ImageSet(first.Source, first.ClassNames, [.. first.Classes, .. second.Classes])
    {
        public override IEnumerable<string> Files => first.Files.Concat(second.Files);

        public override string NameOf(int index) =>
            index < first.Count ? first.NameOf(index) : second.NameOf(index - first.Count);

        public override void Read(int index, ImageReader reader, PixelBuffer destination)
        {
            if (index < first.Count)
                first.Read(index, reader, destination);
            else
                second.Read(index - first.Count, reader, destination);
        }
    }
}
