using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Rendering;

/// <summary>What the shipped network is trained on.</summary>
internal sealed class TrainingStyle : RenderStyle
{
    /// <summary>Real signs differ in rims, rings, the weight of digits and the size of pictures.</summary>
    public override IReadOnlyList<string> StyleSheets { get; } =
    [
        ".picture{transform:translate(-21px,-27px) scale(1.07)}",
        ".rim{display:none} .ring{stroke-width:80} .digits{stroke-width:34} .edge{stroke:#444} "
            + ".picture{transform:translate(-39px,-50px) scale(1.13)}",
        ".ring{stroke-width:62} .bars{stroke-width:14} .letters{stroke-width:28} .field{stroke-width:40} .edge{stroke-width:5}",
    ];

    public override IReadOnlyList<string> Fonts => [];

    public override ScenePainter CreatePainter(SignLibrary library)
    {
        SignScene scene = new(library);
        return (canvas, label, random) =>
            label == SignLibrary.None ? scene.PaintNone(canvas, random) : scene.PaintSign(canvas, label, random);
    }

    public override IFrameCamera CreateCamera() => new BayerCamera(LightConditions.Varied);
}
