using Edge.Runtime.Format;

namespace Edge.Runtime.Execution;

/// <summary>Where every tensor lies in the arena.</summary>
public sealed record ArenaPlan
{
    /// <summary>
    /// The model's tensors with <see cref="TensorDefinition.Offset"/> and <see cref="TensorDefinition.RowStride"/> set.
    /// </summary>
    public required TensorDefinition[] Tensors { get; init; }

    /// <summary>Bytes of the arena.</summary>
    public required long Size { get; init; }

    /// <summary>Most bytes that live at one moment: no placement of these buffers can be smaller.</summary>
    public required long LowerBound { get; init; }

    /// <summary>The manifest with this plan in it.</summary>
    public ModelManifest ApplyTo(ModelManifest manifest) => manifest with { Tensors = Tensors, ArenaSize = Size };
}
