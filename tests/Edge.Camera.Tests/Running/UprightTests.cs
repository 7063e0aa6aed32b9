using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Imaging;
using Edge.Imaging.Frames;

namespace Edge.Camera.Tests.Running;

/// <summary>A marked stored picture, turned and mirrored as a person would, shows the marks where regions look for them.</summary>
public class UprightTests
{
    private const int Width = 12;
    private const int Height = 8;

    public static TheoryData<int, string> Turns()
    {
        var turns = new TheoryData<int, string>();
        foreach (int rotate in new[] { 0, 90, 180, 270 })
        {
            foreach (string flip in new[] { "none", "horizontal", "vertical", "both" })
                turns.Add(rotate, flip);
        }

        return turns;
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public void A_region_of_the_upright_picture_is_found_in_the_stored_one(int rotate, string flip)
    {
        int[,] stored = new int[Height, Width];
        for (int i = 0; i < stored.Length; i++)
            stored[i / Width, i % Width] = i;
        int[,] upright = stored;
        for (int turn = 0; turn < rotate / 90; turn++)
            upright = TurnClockwise(upright);
        upright = Mirror(upright, horizontally: flip is "horizontal" or "both", vertically: flip is "vertical" or "both");

        // The upper left quarter of what a person sees.
        HashSet<int> seen = [];
        for (int y = 0; y < upright.GetLength(0) / 2; y++)
        {
            for (int x = 0; x < upright.GetLength(1) / 2; x++)
                seen.Add(upright[y, x]);
        }

        FrameRegion region = Upright.Stored(
            new RegionConfig { Width = 0.5, Height = 0.5 },
            Upright.Orientation(rotate, flip),
            new FrameDescription(FrameFormat.Grey, Width, Height));
        HashSet<int> found = [];
        for (int y = region.Y; y < region.Y + region.Height; y++)
        {
            for (int x = region.X; x < region.X + region.Width; x++)
                found.Add(stored[y, x]);
        }

        Assert.Equal(seen, found);
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public void The_orientation_makes_the_picture_upright(int rotate, string flip)
    {
        int[,] expected = new int[Height, Width];
        var stored = new PixelBuffer(Width, Height, 1);
        for (int i = 0; i < Width * Height; i++)
            expected[i / Width, i % Width] = stored.Pixels[i] = (byte)i;
        for (int turn = 0; turn < rotate / 90; turn++)
            expected = TurnClockwise(expected);
        expected = Mirror(expected, flip is "horizontal" or "both", flip is "vertical" or "both");

        var upright = new PixelBuffer();
        ExifOrientations.MakeUpright(stored, upright, Upright.Orientation(rotate, flip));
        Assert.Equal(expected.Cast<int>(), upright.Pixels.ToArray().Select(p => (int)p));
    }

    private static int[,] TurnClockwise(int[,] picture)
    {
        (int height, int width) = (picture.GetLength(0), picture.GetLength(1));
        int[,] turned = new int[width, height];
        for (int y = 0; y < width; y++)
        {
            for (int x = 0; x < height; x++)
                turned[y, x] = picture[height - 1 - x, y];
        }

        return turned;
    }

    private static int[,] Mirror(int[,] picture, bool horizontally, bool vertically)
    {
        (int height, int width) = (picture.GetLength(0), picture.GetLength(1));
        int[,] mirrored = new int[height, width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                mirrored[y, x] = picture[vertically ? height - 1 - y : y, horizontally ? width - 1 - x : x];
        }

        return mirrored;
    }
}
