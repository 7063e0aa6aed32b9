using System.CommandLine;
using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Commands;

/// <summary>The argument and options that every command with an ONNX model has.</summary>
internal static class ModelInput
{
    public static Argument<string> Argument() => new("model") { Description = "ONNX file, opset 7 to 21" };

    public static Argument<string> PackageArgument() => new("package") { Description = ".edge package" };

    /// <exception cref="UserException">The file is no package that would run; the message says why.</exception>
    public static EdgeModel LoadPackage(string path)
    {
        try
        {
            return EdgeModel.Load(path);
        }
        catch (ModelFormatException e)
        {
            throw new UserException($"{path}: {e.Message}", e);
        }
    }

    public static Option<string[]> InputShape() => new("--input-shape")
    {
        Description = "shape of an input that the model leaves open, as in 1x3x224x224; "
            + "with several inputs name=1x3x224x224, repeated",
        HelpName = "shape",
    };

    /// <exception cref="UserException">A shape is malformed, or an input is named twice.</exception>
    public static ImportOptions Options(string[]? shapes)
    {
        var byName = new Dictionary<string, int[]>();
        foreach (string text in shapes ?? [])
        {
            (string name, int[] shape) = ImportOptions.ParseInputShape(text);
            if (!byName.TryAdd(name, shape))
                throw new UserException($"--input-shape {text}: a shape for this input is given twice");
        }

        return new ImportOptions { InputShapes = byName };
    }
}
