using System.Numerics;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Scenes;

/// <summary>A sign as the camera sees it, before it is put into the picture: what can befall its surface happens here.</summary>
internal sealed class SignLayer
{
    private Vector2[] _positions = [];

    public LinearImage Image { get; } = new();

    /// <summary>Of every pixel, its place on the sign's plane; the sign lies in [−1, 1]².</summary>
    public Span<Vector2> Positions => _positions.AsSpan(0, Image.Width * Image.Height);

    /// <summary>Draws the sign into an otherwise transparent layer.</summary>
    /// <param name="texture">The sign.</param>
    /// <param name="view">From the sign's plane to pixels.</param>
    /// <param name="width">Of the layer, pixels.</param>
    /// <param name="height">Of the layer, pixels.</param>
    /// <param name="dents">Of the sheet.</param>
    public void Draw(SignTexture texture, in Projection view, int width, int height, in Dents dents = default)
    {
        Image.Reset(width, height);
        if (_positions.Length < width * height)
            _positions = new Vector2[width * height];
        Projection back = view.Inverse();
        bool dented = dents.Any;
        LinearImage level = texture.Level(PixelsPerUnit(view));
        for (int y = 0; y < height; y++)
        {
            Span<Vector4> to = Image.Row(y);
            Span<Vector2> positions = _positions.AsSpan(y * width, width);
            float px = back.Xy * y + back.X1, py = back.Yy * y + back.Y1, pw = back.Wy * y + back.W1;
            for (int x = 0; x < to.Length; x++)
            {
                float w = 1 / (pw + back.Wx * x);
                float u = (px + back.Xx * x) * w, v = (py + back.Yx * x) * w;
                positions[x] = new(u, v);
                if (MathF.Abs(u) >= 1.2f || MathF.Abs(v) >= 1.2f)
                {
                    to[x] = Vector4.Zero;
                    continue;
                }

                Vector2 moved = dented ? dents.Move(positions[x]) : positions[x];
                to[x] = SignTexture.Sample(level, moved.X, moved.Y);
            }
        }
    }

    /// <summary>Applies a colour transform to everything that is covered.</summary>
    public void Recolor(in Matrix4x4 transform)
    {
        foreach (ref Vector4 pixel in Image.Pixels)
        {
            if (pixel.W <= 0)
                continue;
            Vector4 changed = Vector4.Max(Vector4.Zero, Vector4.Transform(pixel, transform));
            changed.W = pixel.W;
            pixel = changed;
        }
    }

    private static float PixelsPerUnit(in Projection view) =>
        MathF.Max(Vector2.Distance(view.Map(0, 0), view.Map(0.5f, 0)), Vector2.Distance(view.Map(0, 0), view.Map(0, 0.5f))) * 2;
}
