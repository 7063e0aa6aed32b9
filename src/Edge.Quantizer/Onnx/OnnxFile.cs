using Edge.Quantizer.Onnx.Schema;
using Edge.Runtime.Format;
using Google.Protobuf;

namespace Edge.Quantizer.Onnx;

/// <summary>Reads the outermost message of an ONNX file.</summary>
internal static class OnnxFile
{
    /// <exception cref="UserException">The file is a package.</exception>
    public static void RefusePackage(string path)
    {
        if (EdgeModel.IsPackage(path))
            throw new UserException($"{path}: is a package, not a float network; give the ONNX file that it was made of");
    }

    /// <summary>Whether a file can be read as an ONNX model.</summary>
    public static bool Is(string path)
    {
        try
        {
            return Read(path) is not null;
        }
        catch (UserException)
        {
            return false;
        }
    }

    /// <exception cref="UserException">The file cannot be read, is damaged or is no ONNX model.</exception>
    public static ModelProto Read(string path)
    {
        RefusePackage(path);
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > int.MaxValue)
            {
                throw new UserException(
                    $"{path}: larger than 2 GiB, which ONNX's own format forbids; keep the weights in an external data file");
            }

            ModelProto model = ModelProto.Parser.ParseFrom(stream);
            if (model.Graph is null || model.OpsetImport.Count == 0)
                throw new UserException($"{path}: not an ONNX model: it holds no graph or no opset");
            return model;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UserException($"{path}: damaged, cut short or not an ONNX model", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: there is no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The version of ONNX's own operator set that a model uses; 0 when it uses none.</summary>
    public static long Opset(ModelProto model) =>
        model.OpsetImport.Where(o => IsStandardDomain(o.Domain)).Select(o => o.Version).DefaultIfEmpty(0).Max();

    public static bool IsStandardDomain(string domain) => domain is "" or "ai.onnx";
}
