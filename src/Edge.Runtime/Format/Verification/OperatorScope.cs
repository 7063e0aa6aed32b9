using System.Runtime.InteropServices;
using Edge.Runtime.Numerics;
using static Edge.Runtime.Format.Verification.ShapeCheck;

namespace Edge.Runtime.Format.Verification;

/// <summary>One operator while it is checked: its tensors and constants, and the checks that many operators share.</summary>
internal readonly ref struct OperatorScope(VerificationContext context, int index)
{
    private readonly VerificationContext _context = context;

    public int Index { get; } = index;

    public OperatorDefinition Operator => _context.Manifest.Operators[Index];

    public TensorDefinition Input(int i) => _context.Manifest.Tensors[Operator.Inputs[i]];

    /// <summary>The only output: every operator has exactly one.</summary>
    public TensorDefinition Output => _context.Manifest.Tensors[Operator.Outputs[0]];

    /// <summary>An error in a member of this operator, e.g. <c>window.strideX</c>.</summary>
    public ModelFormatException Fail(string member, string problem) =>
        _context.Fail($"operators[{Index}].{member}", $"{problem} (operator '{Operator.Name}')");

    /// <summary>Proves that all indices are tensors, that there is one output and that it lies in the arena.</summary>
    public void RequireTensors()
    {
        for (int i = 0; i < Operator.Inputs.Length; i++)
            RequireTensor(Operator.Inputs[i], "inputs", i);
        if (Operator.Outputs.Length != 1)
            throw Fail("outputs", $"{Operator.Outputs.Length} outputs instead of 1");
        RequireTensor(Operator.Outputs[0], "outputs", 0);
        if (Output.Constant is not null)
            throw Fail("outputs[0]", "a constant can't be written");
    }

    public void RequireInputs(int count)
    {
        if (Operator.Inputs.Length != count)
            throw Fail("inputs", $"{Operator.Inputs.Length} inputs instead of {count}");
    }

    /// <summary>Proves the element types of all inputs and of the output.</summary>
    public void RequireTypes(ElementType inputs, ElementType output)
    {
        for (int i = 0; i < Operator.Inputs.Length; i++)
        {
            if (Input(i).Type != inputs)
                throw Fail($"inputs[{i}]", $"the tensor is {Input(i).Type}, must be {inputs}");
        }

        if (Output.Type != output)
            throw Fail("outputs[0]", $"the tensor is {Output.Type}, must be {output}");
    }

    /// <summary>Proves that all inputs and the output are Int8, or all Float32.</summary>
    public void RequireOneType()
    {
        if (Output.Type == ElementType.Int32)
            throw Fail("outputs[0]", "the tensor must be Int8 or Float32");
        RequireTypes(Output.Type, Output.Type);
    }

    /// <summary>Proves that bytes of every input mean the same in the output.</summary>
    public void RequireSameQuantization()
    {
        RequireOneType();
        for (int i = 0; i < Operator.Inputs.Length; i++)
        {
            if (!InPlace.SameQuantization(Input(i), Output))
            {
                throw Fail(
                    $"inputs[{i}]", "scale or zero point differ from the output's, but this operator moves bytes as they are");
            }
        }
    }

    /// <summary>Proves that all inputs have the output's shape.</summary>
    public void RequireSameShape()
    {
        for (int i = 0; i < Operator.Inputs.Length; i++)
        {
            if (!Input(i).Shape.AsSpan().SequenceEqual(Output.Shape))
                throw Mismatch($"inputs[{i}]", Input(i).Shape, Output.Shape);
        }
    }

    /// <summary>Proves that the tensor is one NHWC image.</summary>
    public void RequireImage(TensorDefinition tensor, string member)
    {
        if (tensor.Shape.Length != 4 || tensor.Shape[0] != 1)
            throw Fail(member, $"shape {Text(tensor.Shape)} is not [1, height, width, channels]");
    }

    public ModelFormatException Mismatch(string member, ReadOnlySpan<int> found, ReadOnlySpan<int> wanted) =>
        Fail(member, $"shape {Text(found)} must be {Text(wanted)}");

    /// <summary>Proves that channel slices stand only where the operator's kernels take them.</summary>
    public void RequireStrides()
    {
        if (!StridedAccess.Reads(Operator))
        {
            for (int i = 0; i < Operator.Inputs.Length; i++)
            {
                if (!InPlace.IsDense(Input(i)))
                    throw Fail($"inputs[{i}]", "this operator can't read a channel slice");
            }
        }

        if (!StridedAccess.Writes(Operator) && !InPlace.IsDense(Output))
            throw Fail("outputs[0]", "this operator can't write a channel slice");
    }

    public void RequireBounds(int low, int high)
    {
        if (low is < -128 or > 127)
            throw Fail("low", $"{low} is not between -128 and 127");
        if (high < low || high > 127)
            throw Fail("high", $"{high} is not between {low} and 127");
    }

    /// <summary>Proves that a float32 output is bounded by nothing: bounds are int8 codes.</summary>
    public void RequireNoBoundsInFloat(int low, int high)
    {
        if (Output.Type == ElementType.Float32 && (low != sbyte.MinValue || high != sbyte.MaxValue))
            throw Fail("low", "a Float32 output has no bounds; leave -128 and 127");
    }

    public void RequireAxis(int axis, int rank)
    {
        if ((uint)axis >= (uint)rank)
            throw Fail("axis", $"{axis} is not an axis of a tensor of rank {rank}");
    }

    public void RequireDefined<T>(string member, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw Fail(member, $"'{value}' is unknown");
    }

    public void RequireFinite(string member, float? value)
    {
        if (value is { } v && !float.IsFinite(v))
            throw Fail(member, "must be finite");
    }

    /// <summary>
    /// Proves that a factor between two scales is usable: not 0, not infinite, not so small that it lost precision.
    /// </summary>
    public void RequireFactor(string member, float factor)
    {
        if (!float.IsNormal(factor))
            throw Fail(member, $"the factor between the scales is {factor}, which is 0, infinite or subnormal");
    }

    /// <summary>Proves that the factor (input scale · 1) / output scale is usable.</summary>
    public void RequireRescale(int input) =>
        RequireFactor($"inputs[{input}]", Requantization.Multiplier(Input(input).Scale, 1, Output.Scale));

    /// <summary>Proves type and shape of a constant and returns its elements.</summary>
    public ReadOnlySpan<T> RequireConstant<T>(string member, int constant, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        ConstantDefinition[] constants = _context.Manifest.Constants;
        if ((uint)constant >= (uint)constants.Length)
            throw Fail(member, $"there is no constant {constant}");
        ConstantDefinition definition = constants[constant];
        if (definition.Type != ElementTypes.Of<T>())
            throw Fail(member, $"constant {constant} is {definition.Type}, must be {ElementTypes.Of<T>()}");
        if (!definition.Shape.AsSpan().SequenceEqual(shape))
            throw Mismatch(member, definition.Shape, shape);
        return MemoryMarshal.Cast<byte, T>(_context.File.Slice((int)definition.Offset, (int)definition.Length));
    }

    /// <summary>Proves that a float constant holds neither infinities nor NaN.</summary>
    public void RequireFinite(string member, ReadOnlySpan<float> elements)
    {
        for (int i = 0; i < elements.Length; i++)
        {
            if (!float.IsFinite(elements[i]))
                throw Fail(member, $"element {i} is {elements[i]}");
        }
    }

    private void RequireTensor(int tensor, string member, int i)
    {
        if ((uint)tensor >= (uint)_context.Manifest.Tensors.Length)
            throw Fail($"{member}[{i}]", $"there is no tensor {tensor}");
    }
}
