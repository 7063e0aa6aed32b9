using System.Runtime.CompilerServices;

namespace Edge.Camera.Decision;

/// <summary>A class and its score.</summary>
internal readonly record struct ClassScore(int Class, float Score);

/// <summary>The likeliest classes of one answer, best first. A value: copying it allocates nothing.</summary>
internal struct TopClasses
{
    public const int Capacity = 10;

    private Items _items;

    public int Count { get; private set; }

    public readonly ClassScore this[int place] => _items[place];

    /// <summary>Picks the highest scores; of equal ones the lower class comes first.</summary>
    /// <param name="scores">One per class.</param>
    /// <param name="wanted">At most <see cref="Capacity"/>.</param>
    public static TopClasses Of(ReadOnlySpan<float> scores, int wanted)
    {
        TopClasses top = default;
        int limit = Math.Min(wanted, Capacity);
        for (int c = 0; c < scores.Length; c++)
        {
            if (top.Count == limit && scores[c] <= top._items[limit - 1].Score)
                continue;
            int place = top.Count < limit ? top.Count++ : limit - 1;
            for (; place > 0 && scores[c] > top._items[place - 1].Score; place--)
                top._items[place] = top._items[place - 1];
            top._items[place] = new ClassScore(c, scores[c]);
        }

        return top;
    }

    [InlineArray(Capacity)]
    private struct Items
    {
        private ClassScore _first;
    }
}
