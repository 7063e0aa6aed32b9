using System.Buffers;

namespace Edge.Training.Fitting;

/// <summary>Commands that a user can paste into a shell.</summary>
public static class Shell
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=:@%+,-");

    /// <summary>One argument of a POSIX shell, in single quotes where it needs them.</summary>
    public static string Word(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
