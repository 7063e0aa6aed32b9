using Edge.Camera.Running;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Camera.Tests.Running;

/// <summary>Scores between 0 and 1 are taken as they are, logits go through a softmax, whatever type they come in.</summary>
public sealed class ClassScoresTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-scores").FullName;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Int8_scores_from_0_to_1_are_taken_as_they_are(bool dequantized)
    {
        (float[] outputs, float[] scores) = Read(m => Range(m, 1f / 255, -128, dequantized));
        Assert.Equal(outputs[1..], scores);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Int8_logits_become_probabilities(bool dequantized)
    {
        (float[] outputs, float[] scores) = Read(m => Range(m, ColourModel.ScoreStep, 0, dequantized));
        Assert.NotEqual(outputs[1..], scores);
        Assert.Equal(1, scores.Sum(), 1e-5);
    }

    [Fact]
    public void Sums_in_float32_become_probabilities()
    {
        (float[] outputs, float[] scores) = Read(m => m with { Tensors = [m.Tensors[0], ToFloat(m.Tensors[1])] });
        Assert.NotEqual(outputs[1..], scores);
        Assert.Equal(1, scores.Sum(), 1e-5);
    }

    [Fact]
    public void A_sigmoid_in_float32_is_taken_as_it_is()
    {
        (float[] outputs, float[] scores) = Read(m => m with
        {
            Tensors = [m.Tensors[0], ToFloat(m.Tensors[1]), ToFloat(m.Tensors[1]) with { Name = "sigmoid", Offset = 256 }],
            Operators = [.. m.Operators, new FloatUnaryOperator { Name = "sigmoid", Inputs = [1], Outputs = [2], Kind = FloatUnaryKind.Sigmoid }],
            Outputs = [2],
        });
        Assert.Equal(outputs[1..], scores);
        Assert.All(scores, s => Assert.InRange(s, 0, 1));
    }

    [Fact]
    public void Probabilities_are_taken_as_they_are()
    {
        (float[] outputs, float[] scores) = Read(m => m, softmax: true);
        Assert.Equal(outputs[1..], scores);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (float[] Outputs, float[] Scores) Read(Func<ModelManifest, ModelManifest> change, bool softmax = false)
    {
        EdgeModel model = EdgeModel.Load(ColourModel.Write(_folder, softmax, m => change(m with { SelfTest = null })));
        using var session = new Session(model);
        SelfTestRunner.Fill(session.Input, 1);
        session.Run();
        return (session.Output.ToArray(), new ClassScores(model).Read(session).ToArray());
    }

    /// <summary>Gives the scores another int8 range, and a float32 copy to give away.</summary>
    private static ModelManifest Range(ModelManifest m, float scale, int zeroPoint, bool dequantized)
    {
        TensorDefinition scores = m.Tensors[1] with { Scale = scale, ZeroPoint = zeroPoint };
        m = m with { Tensors = [m.Tensors[0], scores] };
        return !dequantized ? m : m with
        {
            Tensors = [.. m.Tensors, ToFloat(scores) with { Name = "dequantized", Offset = 256 }],
            Operators = [.. m.Operators, new DequantizeOperator { Name = "dequantize", Inputs = [1], Outputs = [2] }],
            Outputs = [2],
        };
    }

    private static TensorDefinition ToFloat(TensorDefinition t) => t with { Type = ElementType.Float32, Scale = 0, ZeroPoint = 0 };
}
