using System.Runtime.InteropServices;
using Edge.Camera.Linux;

namespace Edge.Camera.Sources.V4L2;

/// <summary>What a device's error numbers mean to the user.</summary>
internal static class VideoErrors
{
    /// <param name="device">Its path.</param>
    /// <param name="doing">What failed: "can't …".</param>
    /// <param name="error">errno.</param>
    public static SourceException Because(string device, string doing, int error) => new($"{device}: " + error switch
    {
        Errno.NoEntry => "no such device; edge-camera cameras lists those that are there",
        Errno.Access or Errno.NotPermitted =>
            "may not be opened; add the user to the group video (sudo usermod -aG video $USER) and log in again",
        Errno.Busy => InUse(device),
        Errno.NoDevice or Errno.NoSuchAddress => "the camera was unplugged",
        Errno.NoSpace => "the USB bus has too little bandwidth left; choose a smaller size or rate, mjpeg, or another port",
        Errno.InputOutput => $"{doing}: the driver reports an input/output error; check the cable and its power supply",
        Errno.NoLink => "no signal at its input",
        Errno.NoLock => "the signal at its input is unstable",
        Errno.OutOfRange => "the signal at its input is of a kind that it can't receive",
        _ => $"{doing}: {Marshal.GetPInvokeErrorMessage(error)}",
    });

    private static string InUse(string device) => FileUsers.Of(device) is { Count: > 0 } users
        ? $"is used by {string.Join(", ", users)}; end that program, or take another camera"
        : $"is used by another program; sudo fuser -v {device} names it";
}
