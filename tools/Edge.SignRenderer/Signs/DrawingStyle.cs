namespace Edge.SignRenderer.Signs;

/// <summary>A way to draw all signs.</summary>
/// <param name="StyleSheet">CSS that overrides presentation attributes; may be empty.</param>
/// <param name="Weight">
/// How far dark areas grow into lighter ones (below 0: light into dark), in 1/256 of the drawing's side: bolder or finer
/// pictures.
/// </param>
internal readonly record struct DrawingStyle(string StyleSheet, float Weight = 0);
