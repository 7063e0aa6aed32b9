using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Edge.Camera.Sinks.Mqtt;

/// <summary>The part of libmosquitto's API (mosquitto.h, 1.5 and later) that a client with a thread of its own needs.</summary>
internal static unsafe partial class LibMosquitto
{
    public const string Library = "libmosquitto.so.1";

    // enum mosq_err_t
    public const int Success = 0;
    public const int ErrorNoConnection = 4;
    public const int ErrorConnectionLost = 7;
    public const int ErrorTls = 8;
    public const int ErrorErrno = 14;
    public const int ErrorNameResolution = 15;
    public const int ErrorKeepAlive = 19;

    // Levels of the log callback.
    public const int LogWarning = 4;
    public const int LogError = 8;

    /// <summary>May be called again; never fails on Linux.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_lib_init")]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_version")]
    public static partial int Version(out int major, out int minor, out int revision);

    /// <summary>Also has the process ignore SIGPIPE, as .NET does. Invalid when there is no memory.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial MosquittoHandle New(string clientId, [MarshalAs(UnmanagedType.U1)] bool cleanSession, nint state);

    [LibraryImport(Library, EntryPoint = "mosquitto_destroy")]
    public static partial void Destroy(nint client);

    /// <summary>Publishing from other threads then leaves the socket to the thread that calls <see cref="Loop"/>, and wakes it.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_threaded_set")]
    public static partial int SetThreaded(MosquittoHandle client, [MarshalAs(UnmanagedType.U1)] bool threaded);

    [LibraryImport(Library, EntryPoint = "mosquitto_will_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetWill(
        MosquittoHandle client, string topic, int length, ReadOnlySpan<byte> payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain);

    [LibraryImport(Library, EntryPoint = "mosquitto_username_pw_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetLogin(MosquittoHandle client, string user, string? password);

    /// <summary>Either <paramref name="authorityFile"/> or <paramref name="authorityFolder"/> must be given.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_tls_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetTls(
        MosquittoHandle client, string? authorityFile, string? authorityFolder, string? certificate, string? key, nint passwordCallback);

    /// <summary>Waits for name resolution and TCP; the broker's answer comes through <see cref="Loop"/>.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_connect", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Connect(MosquittoHandle client, string host, int port, int keepAliveSeconds);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect")]
    public static partial int Disconnect(MosquittoHandle client);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Publish(
        MosquittoHandle client, out int message, string topic, int length, ReadOnlySpan<byte> payload, int qos,
        [MarshalAs(UnmanagedType.U1)] bool retain);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Subscribe(MosquittoHandle client, nint message, string topic, int qos);

    /// <summary>Sends and receives; callbacks are called from within.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_loop", SetLastError = true)]
    public static partial int Loop(MosquittoHandle client, int milliseconds, int one);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_callback_set")]
    public static partial void OnConnect(MosquittoHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_callback_set")]
    public static partial void OnPublish(MosquittoHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_message_callback_set")]
    public static partial void OnMessage(MosquittoHandle client, delegate* unmanaged[Cdecl]<nint, nint, Message*, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_log_callback_set")]
    public static partial void OnLog(MosquittoHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, byte*, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_strerror")]
    private static partial byte* ErrorText(int error);

    /// <summary>One line.</summary>
    public static string Describe(int error) => Marshal.PtrToStringUTF8((nint)ErrorText(error))?.TrimEnd('.', '\n') ?? $"error {error}";

    /// <summary>struct mosquitto_message.</summary>
    public struct Message
    {
        public int Id;
        public byte* Topic;
        public byte* Payload;
        public int Length;
        public int Qos;
        public byte Retained;
    }
}

/// <summary>A struct mosquitto; freed once no call is using it.</summary>
internal sealed class MosquittoHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibMosquitto.Destroy(handle);
        return true;
    }
}
