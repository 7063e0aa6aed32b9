using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Rendering;

/// <summary>A way to make pictures of signs: how they are drawn, what is around them and how they are photographed.</summary>
internal abstract class RenderStyle
{
    /// <summary>How the SVG files are drawn: every file in each of these ways.</summary>
    public abstract IReadOnlyList<DrawingStyle> Drawings { get; }

    /// <summary>Signs beside those of the files.</summary>
    public virtual IReadOnlyList<SignDrawing> MoreSigns => [];

    /// <summary>Font families that the style sheets name; they must be installed.</summary>
    public abstract IReadOnlyList<string> Fonts { get; }

    /// <summary>Makes the painter of one thread.</summary>
    public abstract ScenePainter CreatePainter(SignLibrary library);

    public abstract IFrameCamera CreateCamera();
}

/// <summary>Paints one sample's scene onto the canvas: a sign of the class, or for the label "none" anything else.</summary>
internal delegate Framing ScenePainter(Canvas canvas, int label, SampleRandom random);
