using System.CommandLine;

namespace Edge.Camera.Commands;

internal static class SharedArguments
{
    private const int MaxThreads = 256;

    public static Option<int> Threads() =>
        Number("--threads", 0, MaxThreads, 0, "Threads that share each layer; 0 takes one per core.");

    /// <summary>An option that takes a whole number from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static Option<int> Number(string name, int low, int high, int standard, string description)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" };
        option.Validators.Add(result =>
        {
            // A value that is no number at all has its own error.
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && (value < low || value > high))
                result.AddError($"{name} takes a number from {low} to {high}, not {value}");
        });
        return option;
    }
}
