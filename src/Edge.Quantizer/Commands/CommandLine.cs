using System.CommandLine;
using System.CommandLine.Invocation;
using Edge.Imaging;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Commands;

/// <summary>The commands of edge-quantizer and what happens to their errors.</summary>
internal static class CommandLine
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int UsageError = 2;

    /// <summary>Exit code of a program that Ctrl-C stopped, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>To add a command, write its file beside this one and name it here.</summary>
    private static readonly Func<Command>[] Commands =
    [
        InspectCommand.Create,
        ExportCommand.Create,
        CompareCommand.Create,
        QuantizeCommand.Create,
        EvaluateCommand.Create,
        ConformanceCommand.Create,
    ];

    /// <summary>
    /// Runs one command line. Results go to <paramref name="output"/>; whatever goes wrong is one line on <paramref
    /// name="error"/>.
    /// </summary>
    /// <returns>The process's exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(
            "Turns trained ONNX image networks into int8 packages for edge-camera, and proves what that costs.");
        foreach (Func<Command> create in Commands)
            root.Subcommands.Add(create());
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
                    ? "See: edge-quantizer --help"
                    : $"See: edge-quantizer {parsed.CommandResult.Command.Name} --help");
            return UsageError;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("edge-quantizer: stopped");
            return Interrupted;
        }
        catch (Exception e)
        {
            error.WriteLine($"edge-quantizer: {Describe(e)}");
            return Failure;
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
