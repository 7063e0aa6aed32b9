using Edge.Runtime.Format;

namespace Edge.Runtime.Execution;

/// <summary>
/// Lays all tensors of a model out in one arena when it is packed. Buffers that are never alive at once share bytes: each goes
/// into the smallest gap that holds it, largest first; a few other orders are tried as well and the smallest result wins.
/// </summary>
public static class ArenaPlanner
{
    /// <param name="manifest">Tensors, operators, input and outputs; offsets, strides and arena size are not read.</param>
    /// <returns>A plan that the verifier accepts for every model that is valid otherwise.</returns>
    public static ArenaPlan Plan(ModelManifest manifest)
    {
        var views = new ArenaViews(manifest);
        List<Buffer> buffers = FindBuffers(manifest, views);
        long lowerBound = LowerBound(buffers, manifest.Operators.Length), size = long.MaxValue;
        long[] offsets = new long[manifest.Tensors.Length];
        Comparison<Buffer>[] orders =
        [
            (a, b) => b.Size.CompareTo(a.Size),
            (a, b) => (b.Size * (b.Last - b.First + 1)).CompareTo(a.Size * (a.Last - a.First + 1)),
            (a, b) => (b.Last - b.First).CompareTo(a.Last - a.First),
            (a, b) => a.First.CompareTo(b.First),
        ];
        foreach (Comparison<Buffer> order in orders)
        {
            long[] attempt = new long[offsets.Length];
            long reached = Place(buffers, order, attempt);
            if (reached < size)
                (size, offsets) = (reached, attempt);
            if (size == lowerBound)
                break;
        }

        var tensors = new TensorDefinition[manifest.Tensors.Length];
        for (int t = 0; t < tensors.Length; t++)
        {
            TensorDefinition tensor = manifest.Tensors[t];
            (long start, int stride) = views.Place(t);
            tensors[t] = tensor.Constant is null
                ? tensor with { Offset = offsets[views.Root(t)] + (start * tensor.Type.Size()), RowStride = stride }
                : tensor with { Offset = 0, RowStride = tensor.Shape[^1] };
        }

        return new ArenaPlan { Tensors = tensors, Size = size, LowerBound = lowerBound };
    }

    /// <summary>
    /// Bytes of the inputs and the output of the operator where they are most: an arena can hardly be smaller. Operators that move
    /// nothing because their output lies in their input, or their inputs in their output, do not count.
    /// </summary>
    public static long LargestLayer(ModelManifest manifest)
    {
        var views = new ArenaViews(manifest);
        long largest = 0;
        foreach (OperatorDefinition op in manifest.Operators)
        {
            if (op.Inputs.All(i => views.Root(i) == views.Root(op.Outputs[0])))
                continue;
            largest = Math.Max(largest, op.Inputs.Concat(op.Outputs).Distinct().Sum(InArena));
        }

        return largest;

        long InArena(int tensor) =>
            manifest.Tensors[tensor].Constant is null ? Container.Align(Bytes(manifest.Tensors[tensor])) : 0;
    }

    /// <summary>
    /// Every tensor that is no part of another one, alive from the first write to the last read of any of its parts.
    /// </summary>
    private static List<Buffer> FindBuffers(ModelManifest manifest, ArenaViews views)
    {
        const int BeforeAll = -1;
        var buffers = new Dictionary<int, Buffer>();
        Touch(manifest.Input, BeforeAll);
        for (int i = 0; i < manifest.Operators.Length; i++)
        {
            foreach (int t in manifest.Operators[i].Inputs)
                Touch(t, i);
            foreach (int t in manifest.Operators[i].Outputs)
                Touch(t, i);
        }

        foreach (int t in manifest.Outputs)
            Touch(t, manifest.Operators.Length);
        return [.. buffers.Values];

        void Touch(int tensor, int time)
        {
            int root = views.Root(tensor);
            if (manifest.Tensors[root].Constant is not null)
                return;
            if (!buffers.TryGetValue(root, out Buffer? buffer))
                buffers[root] = buffer = new Buffer(root, Container.Align(Bytes(manifest.Tensors[root]))) { First = time };
            buffer.Last = time;
        }
    }

    private static long Bytes(TensorDefinition tensor)
    {
        long bytes = tensor.Type.Size();
        foreach (int dimension in tensor.Shape)
            bytes = checked(bytes * dimension);
        return bytes;
    }

    private static long LowerBound(List<Buffer> buffers, int operators)
    {
        // Growth of the live bytes at each moment, from the caller's input (0) to the outputs (operators + 1).
        long[] growth = new long[operators + 3];
        foreach (Buffer buffer in buffers)
        {
            growth[buffer.First + 1] += buffer.Size;
            growth[buffer.Last + 2] -= buffer.Size;
        }

        long most = 0, live = 0;
        foreach (long change in growth)
            most = Math.Max(most, live += change);
        return most;
    }

    private static long Place(List<Buffer> buffers, Comparison<Buffer> order, long[] offsets)
    {
        List<Buffer> waiting = [.. buffers];
        waiting.Sort((a, b) => order(a, b) is not 0 and var o ? o : a.Tensor.CompareTo(b.Tensor));
        var placed = new List<Buffer>();
        long size = 0;
        foreach (Buffer buffer in waiting)
        {
            buffer.Offset = BestGap(placed, buffer);
            offsets[buffer.Tensor] = buffer.Offset;
            size = Math.Max(size, buffer.Offset + buffer.Size);
            int index = placed.FindIndex(p => p.Offset > buffer.Offset);
            placed.Insert(index < 0 ? placed.Count : index, buffer);
        }

        return size;
    }

    /// <param name="placed">Buffers that have their place, by offset.</param>
    private static long BestGap(List<Buffer> placed, Buffer buffer)
    {
        long best = -1, smallest = long.MaxValue, end = 0;
        foreach (Buffer other in placed)
        {
            if (other.Last < buffer.First || other.First > buffer.Last)
                continue;
            long gap = other.Offset - end;
            if (gap >= buffer.Size && gap < smallest)
                (best, smallest) = (end, gap);
            end = Math.Max(end, other.Offset + other.Size);
        }

        return best < 0 ? end : best;
    }

    private sealed class Buffer(int tensor, long size)
    {
        public int Tensor { get; } = tensor;

        public long Size { get; } = size;

        /// <summary>First and last operator at which the bytes are alive; −1 for what the caller writes.</summary>
        public int First { get; init; }

        public int Last { get; set; }

        public long Offset { get; set; }
    }
}
