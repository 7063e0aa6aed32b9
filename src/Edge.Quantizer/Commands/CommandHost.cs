using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Edge.Imaging;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Commands;

/// <summary>Runs the command line of a workstation tool and turns whatever goes wrong into one line and an exit code.</summary>
/// <param name="program">Name of the program, as the user types it.</param>
/// <param name="description">One sentence for --help.</param>
/// <param name="commands">What the program can do.</param>
public sealed class CommandHost(string program, string description, IReadOnlyList<Func<Command>> commands)
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int UsageError = 2;

    /// <summary>Exit code of a program that Ctrl-C stopped, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>
    /// Runs one command line. Results go to <paramref name="output"/>; whatever goes wrong is one line on <paramref
    /// name="error"/>.
    /// </summary>
    /// <returns>The process's exit code.</returns>
    public int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(description);
        foreach (Func<Command> create in commands)
        {
            Command command = create();
            RefuseEmptyTexts(command);
            root.Subcommands.Add(command);
        }

        ParseResult parsed = root.Parse(args);
        var usage = parsed.Action as ParseErrorAction;
        usage?.ShowHelp = false;
        try
        {
            // A usage error prints suggestions for mistyped names to the output, where only results belong.
            int code = parsed.Invoke(new InvocationConfiguration
            {
                Output = usage is null ? output : error,
                Error = error,
                EnableDefaultExceptionHandler = false,
            });
            if (usage is null)
                return code;
            error.WriteLine(
                parsed.CommandResult.Command is RootCommand
                    ? $"See: {program} --help"
                    : $"See: {program} {parsed.CommandResult.Command.Name} --help");
            return UsageError;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine($"{program}: stopped");
            return Interrupted;
        }
        catch (Exception e)
        {
            error.WriteLine($"{program}: {Describe(e)}");
            return Failure;
        }
    }

    /// <summary>An empty text names no file and no choice: mostly a variable of the shell that is not set.</summary>
    private static void RefuseEmptyTexts(Command command)
    {
        foreach (Argument argument in command.Arguments)
            argument.Validators.Add(result => Check(result, result.Tokens, argument.Name));
        foreach (Option option in command.Options)
            option.Validators.Add(result => Check(result, result.Tokens, option.Name));

        static void Check(SymbolResult result, IEnumerable<Token> tokens, string name)
        {
            if (tokens.Any(t => t.Value.Length == 0))
                result.AddError($"{name}: the text given is empty; give one that is not, or leave it out");
        }
    }

    /// <summary>One line for a person. Only mistakes of this program itself show an exception's type.</summary>
    private static string Describe(Exception e)
    {
        string message = e switch
        {
            AggregateException { InnerExceptions.Count: 1 } wrapped => Describe(wrapped.InnerExceptions[0]),
            UserException or OnnxRuntimeException or ImagingException or ModelFormatException or IOException
                or UnauthorizedAccessException =>
                e.Message,
            OutOfMemoryException => "not enough memory",
            _ => $"internal error, please report it: {e.GetType().Name}: {e.Message}",
        };
        return message.ReplaceLineEndings(" ");
    }
}
