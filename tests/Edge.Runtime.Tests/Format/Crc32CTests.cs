using Edge.Runtime.Format;
using Xunit;

namespace Edge.Runtime.Tests.Format;

public sealed class Crc32CTests
{
    [Fact]
    public void The_checksum_is_the_one_of_RFC_3720() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(3 * 4096 - 1)]
    [InlineData(3 * 4096)]
    [InlineData(3 * 4096 + 9)]
    [InlineData(100_003)]
    public void Long_and_short_input_have_the_checksum_of_the_definition(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        uint expected = ~0u;
        foreach (byte b in bytes)
        {
            expected ^= b;
            for (int bit = 0; bit < 8; bit++)
                expected = (expected >> 1) ^ ((expected & 1) * 0x82F63B78);
        }

        Assert.Equal(~expected, Crc32C.Compute(bytes));
        Assert.Equal(~expected, Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, length / 3)), bytes.AsSpan(length / 3)));
    }
}
