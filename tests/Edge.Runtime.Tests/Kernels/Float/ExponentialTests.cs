using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using Edge.Runtime.Format;
using Edge.Runtime.Numerics;

namespace Edge.Runtime.Tests.Kernels.Float;

public sealed class ExponentialTests
{
    [Fact]
    public void It_is_exact_within_two_units_in_the_last_place()
    {
        for (float x = 0; x >= Exponential.Lowest; x -= 0.0017f)
        {
            float expected = (float)Math.Exp(x), unit = MathF.BitIncrement(expected) - expected;
            Assert.True(MathF.Abs(Exponential.OfNonPositive(x) - expected) <= 2 * unit, $"exp({x}) is {Exponential.OfNonPositive(x)}, not {expected}");
        }
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-87.01f, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, 0f)]
    public void Its_ends(float x, float expected) => Assert.Equal(expected, Exponential.OfNonPositive(x));

    [Fact]
    public void It_is_the_same_on_every_machine()
    {
        uint crc = 0;
        Span<byte> bits = stackalloc byte[sizeof(float)];
        for (int i = 0; i < 100_000; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bits, Exponential.OfNonPositive(-i * 0.00087f));
            crc = Crc32C.Append(crc, bits);
        }

        Assert.Equal(0xB1960EE8, crc);
    }

    [Fact]
    public void Four_at_a_time_are_the_same_bits()
    {
        float[] ends = [float.NaN, float.NegativeInfinity, -87.0f, -87.00001f];
        for (int i = 0; i < 20_000; i++)
        {
            Vector128<float> x = i == 0 ? Vector128.Create(ends) : Vector128.Create(-i * 0.0011f, -i * 0.0043f, -i * 0.0047f, -i * 1e-7f);
            Vector128<float> y = Exponential.OfNonPositive(x);
            for (int lane = 0; lane < 4; lane++)
                Assert.Equal(BitConverter.SingleToInt32Bits(Exponential.OfNonPositive(x[lane])), BitConverter.SingleToInt32Bits(y[lane]));
        }
    }
}
