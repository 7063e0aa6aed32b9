namespace Edge.Training.Autograd;

/// <summary>
/// Arrays for gradients, which live only from the last consumer of a value to its producer. A pass rents the same sizes in the
/// same order each time, so that after the first ones nothing is allocated.
/// </summary>
internal sealed class GradientPool<T>
{
    private readonly List<T[]> _free = [];

    /// <summary>An array of at least this length with whatever it held before.</summary>
    public T[] Rent(int length)
    {
        int best = -1;
        for (int i = 0; i < _free.Count; i++)
        {
            if (_free[i].Length >= length && (best < 0 || _free[i].Length < _free[best].Length))
                best = i;
        }

        if (best < 0)
            return GC.AllocateUninitializedArray<T>(length);
        T[] array = _free[best];
        _free.RemoveAt(best);
        return array;
    }

    public void Return(T[] array) => _free.Add(array);
}
