using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Rendering;

internal sealed class HeldOutStyle : RenderStyle
{
    public override IReadOnlyList<string> StyleSheets { get; } = [""];
    public override IReadOnlyList<string> Fonts => [];
    public override ScenePainter CreatePainter(SignLibrary library) => new TrainingStyle().CreatePainter(library);
    public override IFrameCamera CreateCamera() => new BayerCamera();
}
