using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Operators;

/// <summary>Normalization, activations and arithmetic element by element.</summary>
internal static class Elementwise
{
    public static void Unary(SourceNode node) => node.Emit(node.OpType, [node.Input(0)]);

    public static void Binary(SourceNode node) => node.Emit(node.OpType, [node.Input(0), node.Input(1)]);

    public static void Variadic(SourceNode node) => node.Emit(node.OpType, node.AllInputs());

    public static void LeakyRelu(SourceNode node) =>
        node.Emit(OpTypes.LeakyRelu, [node.Input(0)], new Attributes().Set("alpha", node.Float("alpha", 0.01f)));

    public static void HardSigmoid(SourceNode node) =>
        node.Emit(
            OpTypes.HardSigmoid, [node.Input(0)],
            new Attributes().Set("alpha", node.Float("alpha", 0.2f)).Set("beta", node.Float("beta", 0.5f)));

    /// <summary>
    /// Bounds are attributes up to opset 10, then inputs. With min above max every element becomes max, as ONNX defines.
    /// </summary>
    public static void Clip(SourceNode node)
    {
        (float? low, float? high) = node.Opset < 11
            ? (node.Has("min") ? node.Float("min", 0) : null, node.Has("max") ? node.Float("max", 0) : null)
            : (node.ScalarOrNull(1, "min"), node.ScalarOrNull(2, "max"));
        if (low > high)
            low = high;
        var attributes = new Attributes();
        if (low > float.MinValue)
            attributes.Set("min", low.Value);
        if (high < float.MaxValue)
            attributes.Set("max", high.Value);
        node.Emit(OpTypes.Clip, [node.Input(0)], attributes);
    }

    public static void BatchNormalization(SourceNode node)
    {
        if (node.Int("training_mode", 0) != 0)
            throw node.Error("training_mode is not supported: export the model for inference");
        if (node.Opset < 9 && node.Int("spatial", 1) == 0)
            throw node.Error("spatial = 0 is not supported");
        node.Emit(
            OpTypes.BatchNormalization,
            [node.Input(0), node.Input(1), node.Input(2), node.Input(3), node.Input(4)],
            new Attributes().Set("epsilon", node.Float("epsilon", 1e-5f)));
    }

    public static void Lrn(SourceNode node) => node.Emit(
        OpTypes.Lrn,
        [node.Input(0)],
        new Attributes().Set("size", node.Int("size", 0)).Set("alpha", node.Float("alpha", 1e-4f))
            .Set("beta", node.Float("beta", 0.75f))
            .Set("bias", node.Float("bias", 1)));

    /// <summary>
    /// From opset 13 over one axis. Before, over all axes from the given one on as if they were one: where more than one of
    /// them is longer than 1, the input is flattened to a matrix and back.
    /// </summary>
    public static void Softmax(SourceNode node)
    {
        Value x = node.Input(0);
        int[] shape = x.Shape!;
        int axis = shape.Length == 0
            ? throw node.Error("its input is a scalar")
            : node.Axis(node.Int("axis", node.Opset < 13 ? 1 : -1), shape.Length);
        int[] wide = node.Opset < 13 ? [.. Enumerable.Range(axis, shape.Length - axis).Where(i => shape[i] != 1)] : [];
        if (wide.Length > 1)
        {
            int[] matrix = [Tensor.Volume(shape.AsSpan(..axis)), Tensor.Volume(shape.AsSpan(axis..))];
            Value flat = node.EmitIntermediate(OpTypes.Reshape, [x], new Attributes().Set("shape", matrix), "flat");
            Value result = node.EmitIntermediate(OpTypes.Softmax, [flat], new Attributes().Set("axis", 1), "softmax");
            node.Emit(OpTypes.Reshape, [result], new Attributes().Set("shape", shape));
            return;
        }

        node.Emit(OpTypes.Softmax, [x], new Attributes().Set("axis", wide.Length == 1 ? wide[0] : axis));
    }

    /// <summary>At inference it passes its input on; a mask that something reads is true everywhere.</summary>
    public static void Dropout(SourceNode node)
    {
        bool training = node.Opset >= 12 && node.ScalarOrNull(2, "training_mode") is > 0;
        if (training && node.ScalarOrNull(1, "ratio") is not 0)
            throw node.Error("training_mode is not supported: export the model for inference");
        float ratio = node.Opset < 12 ? node.Float("ratio", 0.5f) : node.ScalarOrNull(1, "ratio") ?? 0.5f;
        node.Emit(OpTypes.Dropout, [node.Input(0)], new Attributes().Set("ratio", ratio));
        if (node.Opset >= 10)
        {
            bool[] mask = new bool[Tensor.Volume(node.Shape(0))];
            Array.Fill(mask, true);
            node.EmitConstant(new Tensor(node.Shape(0), mask), 1);
        }
    }

    public static void Cast(SourceNode node)
    {
        string to;
        try
        {
            to = TensorReader.TypeOf(node.Size(node.Int("to", 0), "to")).ToString();
        }
        catch (InvalidDataException e)
        {
            throw node.Error(e.Message);
        }

        node.Emit(OpTypes.Cast, [node.Input(0)], new Attributes().Set("to", to));
    }
}
