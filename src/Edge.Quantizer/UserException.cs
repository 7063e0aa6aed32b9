namespace Edge.Quantizer;

/// <summary>Something the user can mend: one clear line that says what, where and what to do. Commands print it without a stack trace.</summary>
public sealed class UserException(string message, Exception? inner = null) : Exception(message, inner);
