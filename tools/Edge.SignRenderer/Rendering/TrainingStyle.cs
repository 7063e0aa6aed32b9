using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Rendering;

/// <summary>What the shipped network is trained on.</summary>
internal sealed class TrainingStyle : RenderStyle
{
    private const string Enlarged = ".picture{transform:translate(-39px,-50px) scale(1.13)}";

    /// <summary>Drawings of each speed limit.</summary>
    private const int Hands = 40;

    /// <summary>Real signs differ in rims, rings, the weight of digits and strokes, and the size of pictures.</summary>
    public override IReadOnlyList<DrawingStyle> Drawings { get; } =
    [
        new(".picture{transform:translate(-21px,-27px) scale(1.07)}"),
        new(".rim{display:none} .ring{stroke-width:80} .digits{stroke-width:34} .edge{stroke:#444} " + Enlarged),
        new(
            ".ring{stroke-width:62} .bars{stroke-width:14} .letters{stroke-width:28} .field{stroke-width:40} "
            + ".edge{stroke-width:5}"),
        new(".ring{stroke-width:66} " + Enlarged, 1.6f),
        new(".bars{stroke-width:9} .picture{transform:translate(-21px,-27px) scale(1.07)}", -0.8f),
        new(".rim{display:none} .ring{stroke-width:84} .picture{transform:translate(-57px,-73px) scale(1.19)}", 0.7f),
    ];

    public override IReadOnlyList<SignDrawing> MoreSigns { get; } = LimitDrawings.Make(Hands);

    public override IReadOnlyList<string> Fonts => [];

    public override ScenePainter CreatePainter(SignLibrary library)
    {
        SignScene scene = new(library);
        return (canvas, label, random) =>
            label == SignLibrary.None ? scene.PaintNone(canvas, random) : scene.PaintSign(canvas, label, random);
    }

    public override IFrameCamera CreateCamera() => new BayerCamera(LightConditions.Varied);
}
