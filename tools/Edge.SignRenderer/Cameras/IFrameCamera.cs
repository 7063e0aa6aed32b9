using Edge.Imaging;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;

namespace Edge.SignRenderer.Cameras;

/// <summary>
/// Turns the light of a painted scene into the 8-bit pixels of a crop: optics, sensor, development, compression.
/// </summary>
internal interface IFrameCamera : IDisposable
{
    /// <param name="canvas">The scene; changed.</param>
    /// <param name="framing">Size of the crop in the camera's pixels.</param>
    /// <param name="random">The sample's random numbers.</param>
    /// <param name="destination">Takes the crop, R G B, at the camera's resolution.</param>
    void Shoot(Canvas canvas, in Framing framing, SampleRandom random, PixelBuffer destination);
}
