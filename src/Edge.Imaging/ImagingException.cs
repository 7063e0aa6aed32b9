namespace Edge.Imaging;

/// <summary>What can go wrong with images. The message is one line for the user: what, where, what to do.</summary>
public abstract class ImagingException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A file, folder or description that cannot be used: damaged, empty, absurd, of an unknown kind, unreadable.</summary>
public sealed class ImageFormatException(string message, Exception? inner = null) : ImagingException(message, inner);

/// <summary>A codec's native library is not installed, or too old.</summary>
public sealed class CodecUnavailableException(string message, Exception? inner = null) : ImagingException(message, inner);
