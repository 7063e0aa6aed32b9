namespace Edge.Camera;

/// <summary>What the program returns to the shell.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>At least one image could not be classified; the others were.</summary>
    public const int ImageFailed = 1;

    /// <summary><c>check</c> found something that must be done.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The model is damaged, absent, fails its self-test or cannot run on this machine.</summary>
    public const int ModelUnusable = 3;

    /// <summary>The configuration file can't be read, or makes no sense.</summary>
    public const int ConfigUnusable = 4;

    /// <summary>There is no camera that can be used.</summary>
    public const int NoCamera = 5;
}

/// <summary>Ends the program with one line on standard error.</summary>
internal sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="Camera.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
