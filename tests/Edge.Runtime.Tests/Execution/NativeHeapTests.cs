using Edge.Runtime.Execution;
using Xunit;

namespace Edge.Runtime.Tests.Execution;

public sealed unsafe class NativeHeapTests
{
    [Fact]
    public void Blocks_are_aligned_zeroed_and_apart_from_each_other()
    {
        using var heap = new NativeHeap();
        var random = new Random(1);
        var blocks = new List<(nint Start, int Length)>();
        for (int i = 0; i < 300; i++)
        {
            int length = i % 20 == 0 ? random.Next(300_000) : random.Next(5_000);
            var block = new Span<byte>(heap.Allocate((nuint)length), length);
            Assert.Equal(-1, block.IndexOfAnyExcept((byte)0));
            block.Fill(0xFF);
            fixed (byte* start = block)
                blocks.Add(((nint)start, length));
        }

        Assert.All(blocks, b => Assert.Equal(0, b.Start % 64));
    }
}
