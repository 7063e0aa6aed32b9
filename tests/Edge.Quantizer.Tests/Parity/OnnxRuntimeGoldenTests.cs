using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Parity;

/// <summary>The reference itself: our binding must give what was recorded with another one.</summary>
public sealed class OnnxRuntimeGoldenTests
{
    public static TheoryData<string> Networks => [.. SharedNetwork.Files];

    [OnnxRuntimeTheory]
    [MemberData(nameof(Networks))]
    public void Golden_outputs_are_reproduced(string file)
    {
        SharedNetwork network = SharedNetwork.Load(file);
        using var session = new OnnxRuntimeSession(File.ReadAllBytes(network.Path));
        foreach ((string name, Tensor input, float[] expected) in network.Golden())
        {
            Tensor output = session.Run(input)[session.OutputNames[0]];
            double difference = Closeness.Relative(expected, output.Floats);
            Assert.True(difference <= 1e-4, $"{name}: differs by {difference:E2}");
        }
    }
}
