using System.Runtime.InteropServices;

namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>Owns one object of the native library and releases it with the function of the slot given.</summary>
internal sealed class OrtHandle : SafeHandle
{
    private readonly OrtApi _api;
    private readonly OrtApi.Slot _release;

    public OrtHandle(OrtApi api, nint value, OrtApi.Slot release)
        : base(0, ownsHandle: true)
    {
        (_api, _release) = (api, release);
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    /// <exception cref="ObjectDisposedException">The object was released.</exception>
    public nint Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    protected override bool ReleaseHandle()
    {
        _api.Release(_release, handle);
        return true;
    }
}
