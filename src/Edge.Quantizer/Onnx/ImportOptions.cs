using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx;

/// <summary>What the caller knows about a model that its file leaves open.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// Shapes of graph inputs by name; the empty name means the only input. Axes that the file fixes must agree; axes that it
    /// leaves open take the size given here.
    /// </summary>
    public IReadOnlyDictionary<string, int[]> InputShapes { get; init; } = new Dictionary<string, int[]>();

    /// <summary>
    /// Graph inputs that are constants of this import, by name: an axis or a shape that the file takes at run time.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Constants { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>Reads "1x3x224x224" or "name=1x3x224x224".</summary>
    /// <exception cref="UserException">The text is something else.</exception>
    public static (string Name, int[] Shape) ParseInputShape(string text)
    {
        int equals = text.LastIndexOf('=');
        string[] parts = text[(equals + 1)..].Split('x', ',');
        int[] shape = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], out shape[i]) || shape[i] < 1)
            {
                throw new UserException(
                    $"input shape '{text}': expected sizes joined by x, as in 1x3x224x224 or input=1x3x224x224");
            }
        }

        return (equals < 0 ? "" : text[..equals], shape);
    }
}
