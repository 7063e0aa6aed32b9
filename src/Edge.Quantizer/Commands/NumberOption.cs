using System.CommandLine;

namespace Edge.Quantizer.Commands;

/// <summary>Options that take a whole number within bounds.</summary>
internal static class NumberOption
{
    public const int MaxThreads = 256;

    public static Option<int> Threads() => Create("--threads", "threads; default: one per core", 0, MaxThreads, 0);

    public static Option<int> Create(string name, string description, int low, int high, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "n" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && (value < low || value > high))
                result.AddError($"{name} takes a number from {low} to {high}, not {value}");
        });
        return option;
    }
}
