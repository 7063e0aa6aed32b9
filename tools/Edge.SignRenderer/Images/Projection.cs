using System.Numerics;

namespace Edge.SignRenderer.Images;

/// <summary>
/// A pinhole camera's view of a plane: homogeneous 3×3 matrix from plane coordinates (a sign fills [−1, 1]², y down) to pixels.
/// </summary>
internal readonly record struct Projection(
    float Xx, float Xy, float X1, float Yx, float Yy, float Y1, float Wx, float Wy, float W1)
{
    /// <summary>
    /// A plane turned by yaw and pitch, then by roll in the image; its centre lies at pixel (0, 0), one unit is one pixel there.
    /// </summary>
    /// <param name="yaw">About the vertical axis, radians.</param>
    /// <param name="pitch">About the horizontal axis, radians.</param>
    /// <param name="roll">In the image plane, radians.</param>
    /// <param name="distance">Of the camera, in units of the plane; above 1.5.</param>
    public static Projection Turned(float yaw, float pitch, float roll, float distance)
    {
        (float sy, float cy) = MathF.SinCos(yaw);
        (float sp, float cp) = MathF.SinCos(pitch);
        (float sr, float cr) = MathF.SinCos(roll);
        // Columns of Rx(pitch)·Ry(yaw): where the plane's axes go; then the roll in the image.
        (float ax, float ay, float az) = (cy, sp * sy, -cp * sy);
        (float bx, float by, float bz) = (0, cp, sp);
        return new(
            cr * ax - sr * ay, cr * bx - sr * by, 0,
            sr * ax + cr * ay, sr * bx + cr * by, 0,
            az / distance, bz / distance, 1);
    }

    public Vector2 Map(float x, float y)
    {
        float w = 1 / (Wx * x + Wy * y + W1);
        return new((Xx * x + Xy * y + X1) * w, (Yx * x + Yy * y + Y1) * w);
    }

    /// <summary>The same view, its pixels scaled about (0, 0) and then moved.</summary>
    public Projection Then(float scaleX, float scaleY, float moveX, float moveY) => new(
        Xx * scaleX + Wx * moveX, Xy * scaleX + Wy * moveX, X1 * scaleX + W1 * moveX,
        Yx * scaleY + Wx * moveY, Yy * scaleY + Wy * moveY, Y1 * scaleY + W1 * moveY, Wx, Wy, W1);

    /// <summary>The view of a plane piece that lies at (x, y) of this plane, scaled by <paramref name="scale"/>.</summary>
    public Projection Of(float x, float y, float scale) => new(
        Xx * scale, Xy * scale, Xx * x + Xy * y + X1,
        Yx * scale, Yy * scale, Yx * x + Yy * y + Y1,
        Wx * scale, Wy * scale, Wx * x + Wy * y + W1);

    /// <summary>From pixels to plane coordinates.</summary>
    public Projection Inverse()
    {
        // The adjugate; its scale cancels in homogeneous coordinates.
        return new(
            Yy * W1 - Y1 * Wy, X1 * Wy - Xy * W1, Xy * Y1 - X1 * Yy,
            Y1 * Wx - Yx * W1, Xx * W1 - X1 * Wx, X1 * Yx - Xx * Y1,
            Yx * Wy - Yy * Wx, Xy * Wx - Xx * Wy, Xx * Yy - Xy * Yx);
    }
}
