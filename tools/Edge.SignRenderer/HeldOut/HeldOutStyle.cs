using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Rendering;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.HeldOut;

/// <summary>
/// A set to measure with: digits and letters in fonts the network has never seen, other wear, surroundings, camera, noise and
/// compression than in <see cref="TrainingStyle"/>.
/// </summary>
internal sealed class HeldOutStyle : RenderStyle
{
    private const string ShowText = ".drawn{display:none} .font{display:inline} ";

    public override IReadOnlyList<string> Fonts { get; } =
        ["DejaVu Sans Condensed", "Liberation Sans Narrow", "Roboto Condensed"];

    /// <summary>
    /// Hides the drawn digits and shows the text that every file holds beside them, at sizes that fit the font.
    /// </summary>
    public override IReadOnlyList<DrawingStyle> Drawings { get; } =
    [
        new(ShowText + ".font{font-family:'DejaVu Sans Condensed';font-size:275px} .three{font-size:205px} "
            + ".word{font-size:185px} .ring{stroke-width:68} .bars{stroke-width:9} "
            + ".picture{transform:translate(-12px,-15px) scale(1.04)}"),
        new(ShowText + ".font{font-family:'Liberation Sans Narrow'} .three{font-size:275px} .word{font-size:222px} "
            + ".picture{transform:translate(-30px,-39px) scale(1.1)}"),
        new(ShowText + ".font{font-family:'Roboto Condensed';font-size:320px} .three{font-size:255px} .word{font-size:215px} "
            + ".ring{stroke-width:76} .bars{stroke-width:12}"),
    ];

    public override ScenePainter CreatePainter(SignLibrary library) => new HeldOutScene(library).Paint;

    public override IFrameCamera CreateCamera() => new PhoneCamera();
}
