using System.CommandLine;
using System.Text;

namespace Edge.Camera.Web;

/// <summary><c>edge-camera password</c>.</summary>
internal static class PasswordCommand
{
    private const int LeastCharacters = 8;

    public static Command Create()
    {
        Command command = new(
            "password", "Reads a password from the terminal or standard input and prints its hash for web.passwordHash.");
        command.SetAction(parsed =>
        {
            string password = Console.IsInputRedirected
                ? Console.In.ReadLine() ?? ""
                : FromTerminal(parsed.InvocationConfiguration.Error);
            if (password.Length < LeastCharacters)
                throw new CommandException(
                    ExitCode.Usage, $"the password has {password.Length} characters; take {LeastCharacters} at least");
            parsed.InvocationConfiguration.Output.WriteLine(PasswordHash.Of(Encoding.UTF8.GetBytes(password)));
            return ExitCode.Success;
        });
        return command;
    }

    private static string FromTerminal(TextWriter prompt)
    {
        string first = Ask("Password: "), second = Ask("Again: ");
        return first == second ? first : throw new CommandException(ExitCode.Usage, "the two passwords differ");

        string Ask(string question)
        {
            prompt.Write(question);
            var typed = new StringBuilder();
            for (ConsoleKeyInfo key = Console.ReadKey(true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(true))
            {
                if (key.Key == ConsoleKey.Backspace)
                    typed.Length = Math.Max(0, typed.Length - 1);
                else if (!char.IsControl(key.KeyChar))
                    typed.Append(key.KeyChar);
            }

            prompt.WriteLine();
            return typed.ToString();
        }
    }
}
