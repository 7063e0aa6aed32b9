using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>The vector operations of the kernels, so that one source serves every vector width and element type.</summary>
/// <typeparam name="T">Element: float or double.</typeparam>
/// <typeparam name="TVector">The vector type itself, so that the compiler keeps it in registers.</typeparam>
internal unsafe interface ISimd<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : unmanaged
{
    /// <summary>Elements of a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Load(T* from);

    static abstract void Store(TVector value, T* to);

    static abstract TVector Broadcast(T value);

    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a·b + c, fused where the hardware fuses.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);
}
