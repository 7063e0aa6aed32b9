using Edge.Quantizer.Reference.OnnxRuntime;

namespace Edge.Tests;

/// <summary>A fact that compares with ONNX Runtime on data of the folder shared; skipped, visibly, without either.</summary>
internal sealed class OnnxRuntimeFactAttribute : FactAttribute
{
    public OnnxRuntimeFactAttribute() => Skip = OnnxRuntimePresence.Missing;
}

/// <summary>A theory that compares with ONNX Runtime on data of the folder shared; skipped, visibly, without either.</summary>
internal sealed class OnnxRuntimeTheoryAttribute : TheoryAttribute
{
    public OnnxRuntimeTheoryAttribute() => Skip = OnnxRuntimePresence.Missing;
}

file static class OnnxRuntimePresence
{
    /// <summary>Why such tests cannot run; null when they can.</summary>
    public static string? Missing =>
        !OrtLibrary.IsAvailable ? OrtLibrary.Absent : SharedFolder.Exists ? null : SharedFolder.Absent;
}
