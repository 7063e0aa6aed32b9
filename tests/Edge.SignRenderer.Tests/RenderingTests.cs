using System.Buffers.Binary;
using System.Numerics;
using Edge.Imaging;
using Edge.SignRenderer.HeldOut;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Output;
using Edge.SignRenderer.Rendering;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Tests;

public sealed class RenderingTests(DrawnSigns signs) : IClassFixture<DrawnSigns>
{
    private const int Side = 32;

    [RsvgFact]
    public void A_data_set_depends_only_on_its_seed()
    {
        byte[] first = Render("a", 60, seed: 7), again = Render("b", 60, seed: 7), other = Render("c", 60, seed: 8);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [RsvgFact]
    public void A_sample_does_not_depend_on_the_samples_before_it()
    {
        byte[] all = Render("d", 40, seed: 3);
        using SampleRenderer renderer = new(new TrainingStyle(), signs.Library, 3, Side);
        PixelBuffer sample = new();
        renderer.Render(39, renderer.Label(39), sample);
        Assert.Equal(all[^sample.Pixels.Length..], sample.Pixels.ToArray());
    }

    [RsvgFact]
    public void Files_carry_the_header_of_the_IDX_format()
    {
        byte[] images = Render("e", 5, seed: 1), labels = File.ReadAllBytes(Path.Combine(signs.Folder, "e-labels-idx1-ubyte"));
        Assert.Equal([0x804u, 5u, Side, Side, 3u], Numbers(images, 5));
        Assert.Equal([0x801u, 5u], Numbers(labels, 2));
        Assert.Equal(20 + 5 * Side * Side * 3, images.Length);
        Assert.Equal(8 + 5, labels.Length);
        Assert.Empty(Directory.GetFiles(signs.Folder, "*.partial"));
    }

    [RsvgFact]
    public void Every_class_is_rendered_and_none_of_these_has_its_share()
    {
        using SampleRenderer renderer = new(new TrainingStyle(), signs.Library, 1, Side);
        int[] counts = new int[SignLibrary.SignClasses + 1];
        for (int i = 0; i < 20_000; i++)
            counts[renderer.Label(i)]++;
        Assert.InRange(counts[SignLibrary.None] / 20_000.0, 0.07, 0.09);
        Assert.All(counts[..SignLibrary.SignClasses], count => Assert.InRange(count, 280, 850));
        Assert.InRange((double)counts[2] / counts[12], 1.6, 2.5);
    }

    [RsvgFact]
    public void A_sign_lies_in_the_middle_of_its_crop_with_a_margin_around_it()
    {
        SignTexture stop = signs.Library[14][0];
        Projection turned = Projection.Turned(0.3f, 0.1f, 0.1f, 6);
        Framing framing = Framing.Around(stop, turned, 40, 1, square: false, Vector2.Zero);
        Vector2[] seen = [.. stop.Outline.Select(point => framing.View.Map(point.X, point.Y))];
        float margin = 5f * framing.SceneWidth / framing.Width;
        Assert.InRange(seen.Min(p => p.X), margin - 2, margin + 2);
        Assert.InRange(seen.Max(p => p.X), framing.SceneWidth - margin - 2, framing.SceneWidth - margin + 2);
        Assert.InRange(seen.Min(p => p.Y), margin - 2, margin + 2);
        Assert.Equal(50, Math.Max(framing.Width, framing.Height));
    }

    [RsvgFact]
    public void Signs_of_two_classes_differ_and_the_held_out_style_differs_from_the_training_style()
    {
        using SampleRenderer training = new(new TrainingStyle(), signs.Library, 1, Side);
        using SampleRenderer heldOut = new(new HeldOutStyle(), signs.Library, 1, Side);
        PixelBuffer stop = new(), yield = new(), other = new();
        training.Render(0, 14, stop);
        training.Render(0, 13, yield);
        heldOut.Render(0, 14, other);
        Assert.NotEqual(stop.Pixels.ToArray(), yield.Pixels.ToArray());
        Assert.NotEqual(stop.Pixels.ToArray(), other.Pixels.ToArray());
    }

    [RsvgFact]
    public void Samples_range_from_dark_to_bright()
    {
        using SampleRenderer renderer = new(new TrainingStyle(), signs.Library, 1, Side);
        PixelBuffer sample = new();
        List<double> means = [];
        for (int i = 0; i < 200; i++)
        {
            renderer.Render(i, renderer.Label(i), sample);
            means.Add(sample.Pixels.ToArray().Average(v => (double)v));
        }

        means.Sort();
        Assert.InRange(means[20], 10, 55);
        Assert.InRange(means[100], 50, 110);
        Assert.InRange(means[180], 110, 230);
    }

    private static uint[] Numbers(byte[] file, int count) =>
        [.. Enumerable.Range(0, count).Select(i => BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(4 * i)))];

    private byte[] Render(string name, int count, ulong seed)
    {
        using (IdxFiles files = new(signs.Folder, name, count, Side))
        {
            new DatasetRenderer(new TrainingStyle(), signs.Library, seed, Side).Render(files, count, _ => { }, default);
            files.Complete();
        }

        return File.ReadAllBytes(Path.Combine(signs.Folder, $"{name}-images-idx4-ubyte"));
    }
}
