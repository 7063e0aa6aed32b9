namespace Edge.Imaging.Tests;

public class ExifOrientationTests
{
    private static readonly byte[] BigEndian =
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 2, 0x01, 0x00, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];

    private static readonly byte[] LittleEndian =
        [.. "II*\0"u8, 10, 0, 0, 0, 0xFF, 0xFF, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0];

    [Fact]
    public void Both_byte_orders_are_read()
    {
        Assert.Equal(ExifOrientation.RightTop, ExifOrientations.Read(BigEndian));
        Assert.Equal(ExifOrientation.LeftBottom, ExifOrientations.Read(LittleEndian));
    }

    [Fact]
    public void A_block_cut_at_any_byte_before_the_value_counts_as_upright()
    {
        for (int length = 0; length < BigEndian.Length - 4; length++)
            Assert.Equal(ExifOrientation.TopLeft, ExifOrientations.Read(BigEndian.AsSpan(0, length)));
    }

    [Theory]
    [InlineData(0, 0x00)] // byte order mark
    [InlineData(7, 0x7F)] // offset of the directory, most significant byte
    [InlineData(7, 0xFF)]
    [InlineData(14, 4)] // type
    [InlineData(20, 0)] // value
    [InlineData(20, 9)]
    [InlineData(21, 1)]
    public void Nonsense_counts_as_upright(int position, byte value)
    {
        byte[] block = [.. LittleEndian];
        block[position] = value;

        Assert.Equal(ExifOrientation.TopLeft, ExifOrientations.Read(block));
    }
}
