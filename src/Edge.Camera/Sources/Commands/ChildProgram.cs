using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Edge.Camera.Linux;
using Edge.Camera.Sources.Streams;

namespace Edge.Camera.Sources.Commands;

/// <summary>
/// A program started in a session of its own, whose output is read here and whose last words are kept. It and all it has started
/// end with this object: SIGTERM first, SIGKILL after two seconds.
/// </summary>
internal sealed class ChildProgram : IByteInput, IDisposable
{
    private const int PipeBytes = 1 << 20;
    private const int MaxWords = 2000;
    private const int MaxLines = 3;
    private const int Terminate = 15;
    private const int KillNow = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly SafeHandle _output;
    private readonly Task _listening;
    private readonly StringBuilder _words = new();

    private ChildProgram(Process process)
    {
        _process = process;
        _output = Handle(process.StandardOutput.BaseStream);

        // More may be forbidden; then the kernel's 64 KiB stay.
        _ = LibC.FileControl((int)_output.DangerousGetHandle(), LibC.SetPipeSize, PipeBytes);
        _listening = Listen(process.StandardError);
    }

    /// <summary>Its process id, which is that of its session and group too.</summary>
    public int Id => _process.Id;

    /// <exception cref="SourceException">It is not there or can't be started.</exception>
    public static ChildProgram Start(ProgramCommand command)
    {
        if (!IsInstalled(command.Program))
        {
            string remedy = command.Package is { } package ? $"sudo apt install {package}" : "check the camera's \"command\"";
            throw new SourceException($"{command.Program} is not installed or not executable: {remedy}");
        }

        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in command.Start)
            start.ArgumentList.Add(argument);
        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return new ChildProgram(process);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SourceException($"{command.Program} can't be started: {e.Message}", e);
        }
    }

    /// <summary>Whether a shell would find it.</summary>
    public static bool IsInstalled(string program)
    {
        if (program.Contains('/'))
            return IsExecutable(program);
        string path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        return path.Split(':').Any(folder => IsExecutable(Path.Combine(folder, program)));
    }

    public unsafe int Read(Span<byte> to, TimeSpan timeout)
    {
        var file = (int)_output.DangerousGetHandle();
        var entry = new PollEntry { File = file, Events = LibC.PollIn };
        int ready = LibC.Poll(&entry, 1, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue));
        if (ready == 0)
            return IByteInput.NothingYet;
        fixed (byte* at = to)
        {
            nint read = ready < 0 ? -1 : LibC.Read(file, at, (nuint)to.Length);
            if (read >= 0)
                return (int)read;
            int error = Marshal.GetLastPInvokeError();
            return error is Errno.Interrupted or Errno.TryAgain
                ? IByteInput.NothingYet
                : throw new SourceException($"its output can't be read: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>How it ended and what it said last, for the one line that the user sees.</summary>
    /// <param name="exitCode">Null when it still runs.</param>
    public string LastWords(out int? exitCode)
    {
        exitCode = _process.WaitForExit(Patience) ? _process.ExitCode : null;
        _ = _listening.Wait(Patience);
        string how = exitCode switch
        {
            null => "has closed its output",
            > 128 and int code => $"was ended by signal {code - 128}",
            int code => $"has ended with exit code {code}",
        };
        string[] lines;
        lock (_words)
            lines = _words.ToString().Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? $"{how} without a word" : $"{how}: {string.Join(" | ", lines.TakeLast(MaxLines))}";
    }

    public void Dispose()
    {
        // A program that writes notices the closed pipe first.
        _process.StandardOutput.Dispose();
        Signal(Terminate);
        _process.WaitForExit(Patience);

        // What it has started may live on in its group.
        Signal(KillNow);
        _process.WaitForExit(Patience);
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    private void Signal(int signal) => _ = LibC.Kill(-_process.Id, signal);

    private static bool IsExecutable(string path) => File.Exists(path) && LibC.Access(path, LibC.MayExecute) == 0;

    private static SafeHandle Handle(Stream stream) => stream switch
    {
        PipeStream pipe => pipe.SafePipeHandle,
        FileStream file => file.SafeFileHandle,
        _ => throw new NotSupportedException($"standard output is a {stream.GetType().Name}"),
    };

    /// <summary>Keeps the end of what it says; whoever says much does not fill the memory.</summary>
    private async Task Listen(StreamReader error)
    {
        var buffer = new char[512];
        try
        {
            int read;
            while ((read = await error.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                lock (_words)
                {
                    _words.Append(buffer, 0, read);
                    if (_words.Length > MaxWords)
                        _words.Remove(0, _words.Length - MaxWords);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Its end; what was said is kept.
        }
    }
}
