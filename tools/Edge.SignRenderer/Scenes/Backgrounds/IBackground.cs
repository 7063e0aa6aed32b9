using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes.Backgrounds;

/// <summary>Fills a picture with what might lie behind a sign. Opaque, in linear light, about 0 … 1.5.</summary>
internal interface IBackground
{
    void Paint(Canvas canvas, SampleRandom random);
}
