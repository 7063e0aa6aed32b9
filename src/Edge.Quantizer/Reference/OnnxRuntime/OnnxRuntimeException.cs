namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>ONNX Runtime refused a model or failed in a run; the message is its own.</summary>
public sealed class OnnxRuntimeException(string message) : Exception(message);
