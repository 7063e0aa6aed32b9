using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;

namespace Edge.Runtime.Tests.Kernels.Float;

/// <summary>Convolution against a loop over its definition in float64, on every tile that this core runs.</summary>
public sealed class FloatConvTests
{
    public static TheoryData<string, int, int, int, int, int, int> Shapes() => new()
    {
        // Name, batch, height, width, input channels, output channels, groups.
        { "one pixel", 1, 1, 1, 1, 1, 1 },
        { "odd channels", 1, 7, 5, 17, 31, 1 },
        { "whole tiles", 1, 6, 8, 16, 32, 1 },
        { "gathered first layer", 1, 11, 9, 3, 20, 1 },
        { "two images", 2, 5, 4, 9, 7, 1 },
        { "grouped", 1, 6, 6, 20, 10, 2 },
        { "grouped and gathered", 1, 6, 6, 12, 8, 4 },
        { "depthwise", 1, 9, 8, 29, 29, 29 },
        { "depthwise with multiplier", 1, 6, 5, 6, 12, 6 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Convolution_equals_its_definition_for_every_window(string name, int n, int h, int w, int c, int o, int groups)
    {
        Window[] windows =
        [
            new() { KernelHeight = 1, KernelWidth = 1 },
            new() { KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 },
            new() { KernelHeight = 3, KernelWidth = 2, StrideY = 2, StrideX = 2, PadBottom = 2, PadRight = 1 },
            new() { KernelHeight = 2, KernelWidth = 3, DilationY = 2, DilationX = 3, PadTop = 3, PadLeft = 4, PadBottom = 2, PadRight = 3 },
            new() { KernelHeight = 5, KernelWidth = 5, StrideX = 3, PadTop = 4, PadLeft = 4, PadBottom = 4, PadRight = 4 },
        ];
        foreach (Window window in windows)
        {
            var problem = new ConvProblem(window, n, h, w, c, o, groups);
            double[] expected = problem.Expected();
            float[]? first = null;
            foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
            {
                float[] actual = problem.Run(set, workers: set == InstructionSet.Scalar ? 1 : 3);
                for (int i = 0; i < expected.Length; i++)
                    Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-4, $"{name}, {window}, {set}: [{i}] {actual[i]} instead of {expected[i]}");
                Assert.Equal(first ??= actual, actual);
            }
        }
    }

    private sealed class ConvProblem
    {
        private readonly Window _window;
        private readonly int[] _inputShape;
        private readonly int[] _outputShape;
        private readonly int _groups;
        private readonly float[] _input;
        private readonly float[] _weights;
        private readonly float[] _bias;

        public ConvProblem(Window window, int n, int h, int w, int c, int o, int groups)
        {
            (_window, _groups) = (window, groups);
            _inputShape = [n, h, w, c];
            int oh = ((h + window.PadTop + window.PadBottom - (window.DilationY * (window.KernelHeight - 1)) - 1) / window.StrideY) + 1;
            int ow = ((w + window.PadLeft + window.PadRight - (window.DilationX * (window.KernelWidth - 1)) - 1) / window.StrideX) + 1;
            _outputShape = [n, oh, ow, o];
            var random = new Random(1);
            _input = RandomFloats.Next(random, n * h * w * c);
            _weights = RandomFloats.Next(random, o * window.KernelHeight * window.KernelWidth * (c / groups));
            _bias = RandomFloats.Next(random, o);
        }

        public float[] Run(InstructionSet set, int workers)
        {
            using var harness = new KernelHarness(set, workers);

            // Both tensors are slices of wider ones.
            int x = harness.AddFloat(_inputShape, _input, _inputShape[3] + 3), y = harness.AddFloat(_outputShape, null, _outputShape[3] + 5);
            int weights = harness.AddConstant(_weights), bias = harness.AddConstant(_bias);
            harness.Run(KernelFactory.Prepare(
                new FloatConvOperator
                {
                    Name = "conv",
                    Inputs = [x],
                    Outputs = [y],
                    Window = _window,
                    Groups = _groups,
                    Weights = weights,
                    Bias = bias,
                    Low = -2,
                },
                harness));
            return harness.Read<float>(y);
        }

        public double[] Expected()
        {
            (int h, int w, int c, int o) = (_inputShape[1], _inputShape[2], _inputShape[3], _outputShape[3]);
            int depth = c / _groups, groupOutputs = o / _groups;
            var y = new List<double>();
            for (int n = 0; n < _outputShape[0]; n++)
                for (int oy = 0; oy < _outputShape[1]; oy++)
                    for (int ox = 0; ox < _outputShape[2]; ox++)
                        for (int channel = 0; channel < o; channel++)
                        {
                            double sum = _bias[channel];
                            for (int ky = 0; ky < _window.KernelHeight; ky++)
                                for (int kx = 0; kx < _window.KernelWidth; kx++)
                                {
                                    int iy = (oy * _window.StrideY) - _window.PadTop + (ky * _window.DilationY);
                                    int ix = (ox * _window.StrideX) - _window.PadLeft + (kx * _window.DilationX);
                                    if (iy < 0 || iy >= h || ix < 0 || ix >= w)
                                        continue;
                                    for (int k = 0; k < depth; k++)
                                    {
                                        float value = _input[(((((n * h) + iy) * w) + ix) * c) + (channel / groupOutputs * depth) + k];
                                        sum += (double)value * _weights[(((((channel * _window.KernelHeight) + ky) * _window.KernelWidth) + kx) * depth) + k];
                                    }
                                }

                            y.Add(Math.Max(sum, -2));
                        }

            return [.. y];
        }
    }
}
