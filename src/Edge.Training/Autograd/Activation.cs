using System.Numerics;

namespace Edge.Training.Autograd;

/// <summary>A value of the graph for a batch of images, NHWC.</summary>
internal sealed class Activation<T>(string name, ImageShape shape, Storage<T> storage)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public string Name => name;

    public ImageShape Shape => shape;

    public Storage<T> Storage => storage;

    /// <summary>[batch, h, w, c].</summary>
    public T[] Data => storage.Data;

    public bool NeedsGradient => storage.NeedsGradient;

    /// <summary>[batch, h, w, c]: for the producer, once all consumers have contributed.</summary>
    /// <exception cref="InvalidOperationException">No consumer contributed.</exception>
    public T[] Gradient => storage.Gradient ?? throw new InvalidOperationException($"no gradient reached '{name}'");

    /// <inheritdoc cref="Storage{T}.OpenGradient"/>
    public T[] OpenGradient(out bool accumulate) => storage.OpenGradient(out accumulate);

    /// <summary>The same memory under another shape with as many elements.</summary>
    public Activation<T> View(string viewName, ImageShape viewShape) => new(viewName, viewShape, storage);
}
