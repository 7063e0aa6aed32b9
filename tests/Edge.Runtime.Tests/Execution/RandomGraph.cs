using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;

namespace Edge.Runtime.Tests.Execution;

/// <summary>
/// Networks of random shape over the operators that can share memory: convolution, concatenation, slice and reshape.
/// </summary>
internal static class RandomGraph
{
    public static TinyModel Create(int seed)
    {
        var random = new Random(seed);
        var m = new TinyModel();
        var images = new List<(int Tensor, int Channels, float Scale)> { (m.Int8("image", [1, 3, 4, 3]), 3, 0.1f) };
        int operators = random.Next(3, 25);
        for (int i = 0; i < operators; i++)
        {
            string name = $"n{i}";

            // Late tensors are read more often than early ones, as in real networks.
            (int input, int channels, float scale) = images[Math.Max(random.Next(images.Count), random.Next(images.Count))];
            switch (random.Next(10))
            {
                case < 4:
                    int outputs = random.Next(1, 40);
                    float outputScale = random.Next(4) == 0 ? 0.2f : 0.1f;
                    int convolved = m.Int8(name, [1, 3, 4, outputs], outputScale);
                    m.Conv(name, input, convolved, new Window { KernelHeight = 1, KernelWidth = 1 });
                    images.Add((convolved, outputs, outputScale));
                    break;
                case < 7:
                    var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => images[random.Next(images.Count)]).ToList();
                    int sum = parts.Sum(p => p.Channels);
                    int joined = m.Int8(name, [1, 3, 4, sum]);
                    m.Add(new ConcatOperator
                    {
                        Name = name,
                        Inputs = [.. parts.Select(p => p.Tensor)],
                        Outputs = [joined],
                        Axis = 3,
                    });
                    images.Add((joined, sum, 0.1f));
                    break;
                case < 9:
                    int begin = random.Next(channels), count = random.Next(1, channels - begin + 1);
                    int cut = m.Int8(name, [1, 3, 4, count], scale);
                    m.Add(new SliceOperator
                    {
                        Name = name,
                        Inputs = [input],
                        Outputs = [cut],
                        Begin = [0, 0, 0, begin],
                        Step = [1, 1, 1, 1],
                    });
                    images.Add((cut, count, scale));
                    break;
                default:
                    int flat = m.Int8($"{name}-flat", [1, 12 * channels], scale);
                    int image = m.Int8(name, [1, 3, 4, channels], scale);
                    m.Add(new ReshapeOperator { Name = $"{name}-flat", Inputs = [input], Outputs = [flat] });
                    m.Add(new ReshapeOperator { Name = name, Inputs = [flat], Outputs = [image] });
                    images.Add((image, channels, scale));
                    break;
            }
        }

        return m;
    }
}
