using System.Diagnostics;
using Edge.Runtime.Format;

namespace Edge.Runtime.Execution;

/// <summary>Time spent per operator, added up over runs. Made by <see cref="Session.CreateProfile"/>.</summary>
public sealed class Profile
{
    private readonly long[] _ticks;
    private readonly OperatorDefinition[] _definitions;
    private readonly PreparedOperator[] _operators;

    internal Profile(OperatorDefinition[] definitions, PreparedOperator[] operators)
    {
        _definitions = definitions;
        _operators = operators;
        _ticks = new long[operators.Length];
    }

    public int Runs { get; private set; }

    /// <summary>Mean of all runs, in execution order.</summary>
    public IReadOnlyList<OperatorProfile> Operators
    {
        get
        {
            var rows = new OperatorProfile[_ticks.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = new OperatorProfile
                {
                    Name = _definitions[i].Name,
                    Kernel = _operators[i].Kernel,
                    Milliseconds = Runs == 0 ? 0 : _ticks[i] * 1000.0 / Stopwatch.Frequency / Runs,
                    MultiplyAccumulates = _operators[i].MultiplyAccumulates,
                };
            }

            return rows;
        }
    }

    internal void Add(int index, long ticks) => _ticks[index] += ticks;

    internal void CountRun() => Runs++;
}

/// <summary>One line of a <see cref="Profile"/>.</summary>
public readonly record struct OperatorProfile
{
    public required string Name { get; init; }

    /// <summary>The kernel that does the work, in the grammar Operator-Tile-Isa.</summary>
    public required string Kernel { get; init; }

    /// <summary>Mean wall-clock time of one run.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>Per run; 0 where the notion makes no sense.</summary>
    public required long MultiplyAccumulates { get; init; }

    /// <summary>Billions of multiply-accumulates per second; 0 without any.</summary>
    public double GigaMacsPerSecond => Milliseconds > 0 ? MultiplyAccumulates / (Milliseconds * 1e6) : 0;
}
