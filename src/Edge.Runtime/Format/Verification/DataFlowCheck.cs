namespace Edge.Runtime.Format.Verification;

/// <summary>
/// Every tensor has one producer and is read only after it; and no operator writes bytes that somebody still has to read. That
/// second rule is all there is to say about sharing the arena: a tensor that lies in its place inside another one is allowed
/// because then nothing is written.
/// </summary>
internal static class DataFlowCheck
{
    private const int Undefined = -1;
    private const int Never = -1;

    public static void Run(VerificationContext context)
    {
        int[] lastReaders = Order(context);
        ModelManifest manifest = context.Manifest;
        var live = new List<int> { manifest.Input };
        for (int i = 0; i < manifest.Operators.Length; i++)
        {
            OperatorDefinition op = manifest.Operators[i];
            live.RemoveAll(t => lastReaders[t] < i);
            CheckWrites(context, i, live);
            live.AddRange(op.Outputs);
        }
    }

    /// <summary>
    /// Proves the order and returns the last operator that reads each tensor; the count of operators for results.
    /// </summary>
    private static int[] Order(VerificationContext context)
    {
        ModelManifest manifest = context.Manifest;
        int[] producers = new int[manifest.Tensors.Length], lastReaders = new int[manifest.Tensors.Length];
        Array.Fill(producers, Undefined);
        Array.Fill(lastReaders, Never);
        const int GivenByCaller = int.MaxValue;
        producers[manifest.Input] = GivenByCaller;
        for (int i = 0; i < manifest.Operators.Length; i++)
        {
            OperatorDefinition op = manifest.Operators[i];
            for (int k = 0; k < op.Inputs.Length; k++)
            {
                int t = op.Inputs[k];
                if (producers[t] == Undefined && manifest.Tensors[t].Constant is null)
                {
                    throw context.Fail(
                        $"operators[{i}].inputs[{k}]",
                        $"tensor '{manifest.Tensors[t].Name}' is read before anything computes it");
                }

                lastReaders[t] = i;
            }

            int output = op.Outputs[0];
            if (producers[output] != Undefined)
                throw context.Fail($"operators[{i}].outputs[0]", $"tensor '{manifest.Tensors[output].Name}' is computed twice");
            producers[output] = i;
        }

        for (int t = 0; t < producers.Length; t++)
        {
            if (producers[t] == Undefined && manifest.Tensors[t].Constant is null)
                throw context.Fail($"tensors[{t}]", $"nothing computes tensor '{manifest.Tensors[t].Name}'");
        }

        foreach (int t in manifest.Outputs)
            lastReaders[t] = manifest.Operators.Length;
        return lastReaders;
    }

    private static void CheckWrites(VerificationContext context, int index, List<int> live)
    {
        TensorDefinition[] tensors = context.Manifest.Tensors;
        OperatorDefinition op = context.Manifest.Operators[index];
        TensorDefinition output = tensors[op.Outputs[0]];
        switch (op)
        {
            case ReshapeOperator when InPlace.Reshape(tensors[op.Inputs[0]], output):
            case SliceOperator slice when InPlace.Slice(tensors[op.Inputs[0]], output, slice):
                break;
            case ConcatOperator concat when concat.Axis == output.Shape.Length - 1:
                int begin = 0;
                foreach (int i in op.Inputs)
                {
                    TensorDefinition input = tensors[i];
                    if (!InPlace.Concat(input, output, concat.Axis, begin))
                        CheckWrite(context, index, MemoryRegion.Channels(output, begin, input.Shape[^1]), live);
                    begin += input.Shape[^1];
                }

                break;
            default:
                CheckWrite(context, index, MemoryRegion.Whole(output), live);
                break;
        }
    }

    private static void CheckWrite(VerificationContext context, int index, MemoryRegion written, List<int> live)
    {
        string name = context.Manifest.Operators[index].Name;
        foreach (int t in live)
        {
            TensorDefinition tensor = context.Manifest.Tensors[t];
            if (tensor.Constant is null && written.Overlaps(MemoryRegion.Whole(tensor)))
            {
                throw context.Fail(
                    $"operators[{index}].outputs[0]",
                    $"it overwrites '{tensor.Name}' in the arena (tensor {t}), still to be read (operator '{name}')");
            }
        }
    }
}
