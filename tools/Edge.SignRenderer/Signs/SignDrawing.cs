namespace Edge.SignRenderer.Signs;

/// <summary>A drawn sign.</summary>
/// <param name="Label">Its class.</param>
/// <param name="Name">Its file, or what code drew, for messages.</param>
/// <param name="Svg">The drawing; square.</param>
internal sealed record SignDrawing(int Label, string Name, string Svg);
