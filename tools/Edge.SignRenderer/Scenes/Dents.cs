using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes;

/// <summary>
/// A bent or dented sheet: points of the plane are moved along two sine waves. It also keeps a network from relying on the exact
/// outline of a pictogram, which differs between makers.
/// </summary>
internal readonly record struct Dents(Vector2 First, Vector2 FirstMove, Vector2 Second, Vector2 SecondMove, float Phase)
{
    public bool Any => FirstMove != Vector2.Zero || SecondMove != Vector2.Zero;

    /// <summary>Flat in three of ten cases; else waves of about the sign's size and a few hundredths of it high.</summary>
    public static Dents Draw(SampleRandom random)
    {
        if (random.Chance(0.3f))
            return default;
        return new(
            new(random.Normal(0, 2.2f), random.Normal(0, 2.2f)), new(random.Normal(0, 0.02f), random.Normal(0, 0.02f)),
            new(random.Normal(0, 5), random.Normal(0, 5)), new(random.Normal(0, 0.01f), random.Normal(0, 0.01f)),
            random.Range(0, 2 * MathF.PI));
    }

    public Vector2 Move(Vector2 p) =>
        p + FirstMove * MathF.Sin(Vector2.Dot(First, p) + Phase) + SecondMove * MathF.Sin(Vector2.Dot(Second, p) - Phase);
}
