namespace Edge.SignRenderer.Cameras;

/// <summary>Which pictures a camera takes.</summary>
internal enum LightConditions
{
    /// <summary>Everything from night to glare, moved and out of focus: to train on.</summary>
    Varied,

    /// <summary>A still camera by day: to show.</summary>
    Good,
}
