using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Reference;
using Edge.Training.Autograd;
using Edge.Training.Data;
using Edge.Training.Fitting.Transfer;
using Edge.Training.Networks;

namespace Edge.Training.Tests.Fitting;

public class TransferTests
{
    [Theory]
    [InlineData("squeezenet-1.1", 32)]
    [InlineData("mobilenet-v2-0.35", 32)]
    public void A_new_head_scores_like_the_linear_classifier_on_the_features(string network, int side)
    {
        const int Classes = 5;
        ModelGraph features = Create(network, side), whole = Create(network, side);
        ClassifierHead.Find(features).CutOff();
        ClassifierHead head = ClassifierHead.Find(whole);
        SampleRandom random = SampleRandom.For(3, 3);
        float[] weights = [.. Enumerable.Range(0, Classes * head.Features).Select(_ => (float)random.Uniform(-1, 1))];
        var classifier = new LinearClassifier(weights, [0.1f, 0.2f, -0.3f, 0, 0.5f]);
        head.Replace(Classes).SetWeights(classifier);

        Tensor input = Tensor.Zeros(1, side, side, 3);
        for (int i = 0; i < input.Count; i++)
            input.Floats[i] = (float)random.Uniform(-1, 1);
        float[] scores = new float[Classes];
        classifier.Score(Run(features, input), scores);
        double sum = scores.Sum(s => Math.Exp(s));
        float[] probabilities = Run(whole, input);
        Assert.Equal(Classes, probabilities.Length);
        for (int c = 0; c < Classes; c++)
            Assert.Equal(Math.Exp(scores[c]) / sum, probabilities[c], 1e-4);
    }

    [Fact]
    public void The_replaced_layer_is_named_with_the_activation_that_goes_with_it()
    {
        string description = ClassifierHead.Find(Create("squeezenet-1.1", 32)).Description;
        Assert.Contains("1×1 convolution, 512 features, 7 outputs", description, StringComparison.Ordinal);
        Assert.Contains("without the Relu", description, StringComparison.Ordinal);
    }

    [Fact]
    public void Logistic_regression_finds_the_minimum()
    {
        FeatureTable table = Clusters(60, deviation: 1.5);
        using var workers = new Workers(1);
        double Loss(LinearClassifier c)
        {
            float[] scores = new float[3];
            double loss = 0;
            for (int r = 0; r < table.Rows; r++)
            {
                c.Score(table.Row(r), scores);
                loss += Math.Log(scores.Sum(s => Math.Exp(s))) - scores[table.Classes[r]];
            }

            return loss / table.Rows;
        }

        LinearClassifier best = LogisticRegression.Fit(table, 3, penalty: 1e-6, weights: null, workers);
        for (int i = 0; i < best.Weights.Length; i++)
        {
            foreach (float change in new[] { -0.05f, 0.05f })
            {
                float[] moved = [.. best.Weights];
                moved[i] += change;
                Assert.True(Loss(best with { Weights = moved }) > Loss(best), $"weight {i}");
            }
        }
    }

    [Fact]
    public void Probes_tell_clusters_apart_and_ignore_a_constant_feature()
    {
        FeatureTable train = Clusters(60, deviation: 0.3), test = Clusters(61, deviation: 0.3);
        using var workers = new Workers(1);
        int[] rows = [.. Enumerable.Range(0, test.Rows)];
        Assert.Equal(1, LogisticRegression.Fit(train, 3, 0.01, null, workers).Accuracy(test, rows));
        Assert.Equal(1, NearestClassMean.Fit(train, 3).Accuracy(test, rows));
    }

    [Fact]
    public void A_network_that_is_no_classifier_is_refused()
    {
        var graph = new ModelGraph("resizer");
        var input = new Value("input") { Shape = [1, 3, 4, 4] };
        var output = new Value("output") { Shape = [1, 3, 4, 4] };
        graph.Inputs.Add(input);
        graph.Add(new Node("tanh", OpTypes.Tanh, [input], [output]));
        graph.Outputs.Add(output);
        Assert.Contains(
            "finetune replaces",
            Assert.Throws<UserException>(() => ClassifierHead.Find(graph)).Message,
            StringComparison.Ordinal);
    }

    private static ModelGraph Create(string network, int side) =>
        NetworkCatalog.Create(network, new NetworkOptions { Classes = 7, Height = side, Width = side, Seed = 2 });

    private static float[] Run(ModelGraph graph, Tensor input)
    {
        OptimizedModel.Pipeline().Run(graph);
        using var executor = new FloatExecutor(graph, threads: 1);
        return executor.Run(input).Floats;
    }

    /// <summary>Three clusters in the plane, and a third feature that is always 4.</summary>
    private static FeatureTable Clusters(int rows, double deviation)
    {
        (double X, double Y)[] centres = [(0, 3), (3, 0), (-3, -1)];
        SampleRandom random = SampleRandom.For(8, rows);
        float[] data = new float[rows * 3];
        int[] classes = new int[rows];
        for (int r = 0; r < rows; r++)
        {
            classes[r] = r % 3;
            data[3 * r] = (float)(centres[r % 3].X + (deviation * random.Gaussian()));
            data[(3 * r) + 1] = (float)(centres[r % 3].Y + (deviation * random.Gaussian()));
            data[(3 * r) + 2] = 4;
        }

        return new FeatureTable(3, classes, data);
    }
}
