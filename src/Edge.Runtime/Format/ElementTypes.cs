namespace Edge.Runtime.Format;

internal static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type == ElementType.Int8 ? 1 : 4;

    /// <summary>The element type that a managed type stores.</summary>
    /// <exception cref="ArgumentException">Not sbyte, float or int.</exception>
    public static ElementType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(sbyte) ? ElementType.Int8
        : typeof(T) == typeof(float) ? ElementType.Float32
        : typeof(T) == typeof(int) ? ElementType.Int32
        : throw new ArgumentException($"constants hold sbyte, float or int, not {typeof(T).Name}");
}
