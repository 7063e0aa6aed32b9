using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Brings the input channels of a depthwise block into the order of its output channels.</summary>
internal interface IChannelMap
{
    static abstract Vector128<sbyte> Apply(Vector128<sbyte> inputs, Vector128<byte> map);
}

/// <summary>Channel multiplier 1: output channel c reads input channel c.</summary>
internal readonly struct SameChannels : IChannelMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Apply(Vector128<sbyte> inputs, Vector128<byte> map) => inputs;
}

/// <summary>Any channel multiplier, pshufb.</summary>
internal readonly struct RepeatedChannelsAvx2 : IChannelMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Apply(Vector128<sbyte> inputs, Vector128<byte> map) => Ssse3.Shuffle(inputs, map.AsSByte());
}

/// <summary>Any channel multiplier, tbl.</summary>
internal readonly struct RepeatedChannelsNeon : IChannelMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Apply(Vector128<sbyte> inputs, Vector128<byte> map) =>
        AdvSimd.Arm64.VectorTableLookup(inputs, map.AsSByte());
}
