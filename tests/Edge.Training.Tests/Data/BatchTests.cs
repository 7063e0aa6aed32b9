using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer;
using Edge.Runtime.Format;
using Edge.Training.Data;

namespace Edge.Training.Tests.Data;

public class BatchTests
{
    private const string Everything =
        "crop=0.3,shift=0.1,flip,vflip,rotate=20,color=0.3,hue=0.1,noise=8,blur=1,cutout=0.3,mixup=0.4";

    private static readonly InputPreprocessing Input = PreprocessingFile.Load("imagenet-tf-16-letterbox");

    [Fact]
    public void Batches_do_not_depend_on_threads_or_on_where_an_epoch_is_taken_up()
    {
        Examples examples = Noise.Examples(23);
        List<float[]> alone = Epoch(examples, threads: 1, firstStep: 0, cache: 0);
        List<float[]> shared = Epoch(examples, threads: 4, firstStep: 0, cache: 1 << 20);
        List<float[]> resumed = Epoch(examples, threads: 2, firstStep: 3, cache: 1 << 20);
        Assert.Equal(6, alone.Count);
        Assert.Equal(alone, shared);
        Assert.Equal(alone[3..], resumed);
    }

    [Fact]
    public void Another_epoch_brings_another_order_and_other_variations()
    {
        using BatchLoader loader = Loader(Noise.Examples(8), "flip", 1, 0);
        float[] first = Images(loader.Training(0).First()), second = Images(loader.Training(1).First());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void An_epoch_shows_every_image_once()
    {
        Examples examples = Noise.Examples(24);
        using BatchLoader loader = Loader(examples, "none", 2, 0);
        Assert.Equal(Enumerable.Range(0, 24), loader.Training(3).SelectMany(b => b.Places.AsSpan(0, b.Count).ToArray()).Order());
    }

    [Fact]
    public void Evaluation_sees_what_the_quantizer_and_the_device_see()
    {
        Examples examples = Noise.Examples(5);
        using BatchLoader loader = Loader(examples, "none", 2, 1 << 20);
        var preprocessor = new ImagePreprocessor(Input);
        var image = new PixelBuffer();
        using var reader = new ImageReader();
        float[] expected = new float[preprocessor.InputLength];
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (Batch batch in loader.Evaluation())
            {
                for (int i = 0; i < batch.Count; i++)
                {
                    examples.Images.Read(examples.Indices[batch.Places[i]], reader, image);
                    preprocessor.Run(image, expected);
                    Assert.Equal(expected, batch.Image(i).ToArray());
                }
            }
        }
    }

    [Theory]
    [InlineData("imagenet-tf-16")]
    [InlineData("imagenet-tf-16-stretch")]
    [InlineData("imagenet-tf-16-letterbox")]
    public void Without_augmentation_training_sees_nearly_what_evaluation_sees(string preset)
    {
        InputPreprocessing input = PreprocessingFile.Load(preset);
        Examples examples = Noise.Examples(3, smooth: true);
        using var loader = new BatchLoader(examples, input, Augmentation.None, 1, 1, 1, 0);
        foreach (Batch batch in loader.Training(0))
        {
            float[] seen = Images(batch);
            using var evaluation = new BatchLoader(examples, input, Augmentation.None, 1, 1, 1, 0);
            float[] expected = Images(evaluation.Evaluation().ElementAt(batch.Places[0]));
            Assert.True(seen.Zip(expected, (a, b) => Math.Abs(a - b)).Average() < 0.06, preset);
        }
    }

    [Fact]
    public void Mixup_mixes_images_and_keeps_their_mean()
    {
        using BatchLoader plain = Loader(Noise.Examples(8), "none", 1, 0), mixed = Loader(Noise.Examples(8), "mixup=0.5", 1, 0);
        Batch a = plain.Training(0).First(), b = mixed.Training(0).First();
        Assert.NotEqual(1, b.Share);
        Assert.Equal(a.Classes, b.Classes);
        Assert.Equal(a.Classes.Reverse(), b.MixedClasses);
        Assert.Equal(Images(a).Average(), Images(b).Average(), 1e-4);
    }

    [Fact]
    public void A_damaged_image_ends_the_epoch_with_its_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("a/1.png"), [1, 2, 3]);
        File.WriteAllBytes(folder.At("b/1.png"), [1, 2, 3]);
        ImageSet images = FileImageSet.Open(folder.Path);
        using BatchLoader loader = Loader(new Examples(images, [0, 1]), "none", 2, 0);
        ImageFormatException e = Assert.Throws<ImageFormatException>(() => loader.Training(0).ToList());
        Assert.Contains("1.png", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flop")]
    [InlineData("crop=0")]
    [InlineData("rotate=x")]
    [InlineData("flip,strong")]
    public void A_wrong_augmentation_is_named(string text) =>
        Assert.Contains(
            "--augment", Assert.Throws<UserException>(() => Augmentation.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_preset_can_be_changed()
    {
        Augmentation parsed = Augmentation.Parse("strong,noflip,crop=0.5");
        Assert.Equal((false, 0.5, 15), (parsed.Flip, parsed.Crop, parsed.Rotate));
    }

    private static List<float[]> Epoch(Examples examples, int threads, int firstStep, long cache)
    {
        using BatchLoader loader = Loader(examples, Everything, threads, cache);
        return [.. loader.Training(2, firstStep).Select(Images)];
    }

    private static BatchLoader Loader(Examples examples, string augmentation, int threads, long cache) =>
        new(examples, Input, Augmentation.Parse(augmentation), 4, seed: 9, threads, cache);

    private static float[] Images(Batch batch) => batch.Images[..(batch.Count * batch.InputLength)];

    /// <summary>Images of random pixels, of different sizes.</summary>
    private sealed class Noise(int count, bool smooth) : ImageSet(
        "noise", ["a", "b", "c"], [.. Enumerable.Range(0, count).Select(i => i % 3)])
    {
        public static Examples Examples(int count, bool smooth = false) =>
            new(new Noise(count, smooth), [.. Enumerable.Range(0, count)]);

        public override IEnumerable<string> Files => [];

        public override string NameOf(int index) => $"noise {index}";

        public override void Read(int index, ImageReader reader, PixelBuffer destination)
        {
            destination.Reset(30 + index, 40, 3);
            SampleRandom random = SampleRandom.For(1, index);
            for (int i = 0; i < destination.Pixels.Length; i++)
                destination.Pixels[i] = (byte)(smooth ? i / destination.Stride * 6 : random.Below(256));
        }
    }
}
