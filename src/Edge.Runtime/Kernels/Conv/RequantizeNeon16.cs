using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Turns the sums of sixteen neighbouring channels into int8 and stores them.</summary>
internal readonly unsafe struct RequantizeNeon16
{
    private readonly RequantizeNeon _lower, _upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon16(in RequantizeParameters parameters)
    {
        RequantizeParameters second = parameters;
        second.Multipliers += 8;
        _lower = new RequantizeNeon(parameters);
        _upper = new RequantizeNeon(second);
    }

    /// <summary>Four sums of four channels each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3, sbyte* output)
    {
        _lower.Store(sum0, sum1, output);
        _upper.Store(sum2, sum3, output + 8);
    }
}
