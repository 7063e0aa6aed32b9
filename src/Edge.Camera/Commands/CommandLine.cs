using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Edge.Camera.Commands;

/// <summary>The program as a user sees it: commands, help, version, one-line errors.</summary>
internal static class CommandLine
{
    public const string ProgramName = "edge-camera";

    /// <summary>In the order of the help.</summary>
    private static readonly string[] Commands =
    [
        "classify", "bench", "selftest", "run", "check", "schema", "release", "cameras",
#if EDGE_WEB
        "password",
#endif
    ];

    private static string Version =>
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Runs one command line; never throws for anything the user can cause.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        // Only the command that is asked for is made, unless all must be known: for help, say.
        RootCommand root = new("Classifies photographs with a packed int8 network (.edge).");
        if (args.Length > 0 && Create(args[0]) is { } asked)
            root.Add(asked);
        else
            Array.ForEach(Commands, name => root.Add(Create(name)!));
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help })
                option.Action = new HelpWithExamples(help);
            else if (option is VersionOption)
                option.Action = new PrintVersion();
        }

        // Paths may begin with @.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            string command = parsed.CommandResult.Command == root ? "" : " " + parsed.CommandResult.Command.Name;
            string problem = parsed.UnmatchedTokens.Count > 0
                ? $"unknown command or option '{parsed.UnmatchedTokens[0]}'"
                : parsed.Errors[0].Message.ReplaceLineEndings(" ");
            error.WriteLine($"{ProgramName}: {problem} (see {ProgramName}{command} --help)");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (CommandException e)
        {
            error.WriteLine($"{ProgramName}: {e.Message}");
            return e.ExitCode;
        }
    }

    /// <summary>Null for a name that no command has.</summary>
    private static Command? Create(string name) => name switch
    {
        "classify" => ClassifyCommand.Create(),
        "bench" => BenchCommand.Create(),
        "selftest" => SelfTestCommand.Create(),
        "run" => RunCommand.Create(),
        "check" => CheckCommand.Create(),
        "schema" => SchemaCommand.Create(),
        "release" => ReleaseCommand.Create(),
        "cameras" => CamerasCommand.Create(),
#if EDGE_WEB
        "password" => Web.PasswordCommand.Create(),
#endif
        _ => null,
    };

    /// <summary>System.CommandLine's help, followed by what a user copies: examples and exit codes.</summary>
    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int result = help.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            output.WriteLine($"  {ProgramName} classify samples/");
            output.WriteLine($"  {ProgramName} classify squeezenet.edge cat.jpg");
            output.WriteLine($"  {ProgramName} classify squeezenet.edge photos/ --top 1 --json > answers.json");
            output.WriteLine($"  {ProgramName} classify squeezenet.edge photos/ --profile --threads 2");
            output.WriteLine($"  {ProgramName} bench squeezenet.edge --threads 1 --per-layer");
            output.WriteLine($"  {ProgramName} selftest squeezenet.edge");
            output.WriteLine($"  {ProgramName} cameras");
            output.WriteLine($"  {ProgramName} run --source test");
            output.WriteLine($"  {ProgramName} run --config edge.json");
            output.WriteLine($"  {ProgramName} check --config edge.json");
            output.WriteLine();
            output.WriteLine("Exit codes:");
            output.WriteLine("  0 all went well      1 some image could not be classified, or a check failed");
            output.WriteLine("  2 wrong usage        3 the model cannot be used");
            output.WriteLine("  4 the configuration cannot be used        5 no camera can be used");
            return result;
        }
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{ProgramName} {Version}");
            return ExitCode.Success;
        }
    }
}
