using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Turns the sums of sixteen neighbouring channels into int8 and stores them.</summary>
internal readonly unsafe ref struct RequantizeNeon16
{
    private readonly RequantizeNeon _lower, _upper;
    private readonly int _channels;

    /// <param name="channels">Channels that exist, 1 to 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon16(scoped in RequantizeParameters parameters, int channels)
    {
        RequantizeParameters second = parameters;
        second.Multipliers += 8;
        _lower = new RequantizeNeon(parameters, channels);
        _upper = new RequantizeNeon(second, channels - 8);
        _channels = channels;
    }

    /// <summary>Four sums of four channels each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3, sbyte* output)
    {
        _lower.Store(sum0, sum1, output);
        if (_channels > 8)
            _upper.Store(sum2, sum3, output + 8);
    }
}
