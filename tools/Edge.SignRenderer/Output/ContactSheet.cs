using Edge.Imaging;
using Edge.SignRenderer.Rendering;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Output;

/// <summary>One picture of many samples: a row for each class.</summary>
internal static class ContactSheet
{
    private const int Gap = 2;

    /// <param name="renderer">Renders the samples.</param>
    /// <param name="classes">The rows.</param>
    /// <param name="columns">Samples of each class.</param>
    /// <param name="side">Of a sample, pixels.</param>
    public static PixelBuffer Draw(SampleRenderer renderer, IReadOnlyList<int> classes, int columns, int side)
    {
        PixelBuffer sheet = new(columns * (side + Gap) - Gap, classes.Count * (side + Gap) - Gap, 3), sample = new();
        sheet.Pixels.Fill(255);
        for (int row = 0; row < classes.Count; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                renderer.Render((long)column * (SignLibrary.SignClasses + 1) + classes[row], classes[row], sample);
                for (int y = 0; y < side; y++)
                    sample.Row(y).CopyTo(sheet.Row(row * (side + Gap) + y)[(column * (side + Gap) * 3)..]);
            }
        }

        return sheet;
    }
}
