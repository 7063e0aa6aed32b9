using System.Runtime.InteropServices;
using Edge.InstructionCount;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

// Runs a package once, warm, on one thread, between the markers that an instruction counter looks for. The input is quantized
// already. usage: Edge.InstructionCount model.edge
const int WarmUpRuns = 3;
if (args is not [string path])
{
    Console.Error.WriteLine("usage: Edge.InstructionCount model.edge");
    return 2;
}

using var session = new Session(EdgeModel.Load(path), new SessionOptions { Threads = 1 });
for (int i = 0; i < WarmUpRuns; i++)
{
    SelfTestRunner.Fill(session.Input, 1);
    session.Run();
}

SelfTestRunner.Fill(session.Input, 1);
CountedRegion.Resolve();
CountedRegion.Begin();
session.Run();
CountedRegion.End();
Console.WriteLine($"{session.InstructionSet} kernels, {session.CreateProfile().Operators.Sum(o => o.MultiplyAccumulates)} multiply-accumulates");
return 0;

namespace Edge.InstructionCount
{
    /// <summary>Marks instructions to count by calls that mean nothing to the kernel (prctl answers EINVAL).</summary>
    internal static partial class CountedRegion
    {
        /// <summary>The letters "icnt".</summary>
        private const int Option = 0x69636e74;

        /// <summary>Has the first call, which looks the function up, behind it.</summary>
        public static void Resolve() => _ = Prctl(Option, 0);

        public static void Begin() => _ = Prctl(Option, 1);

        public static void End() => _ = Prctl(Option, 2);

        [LibraryImport("libc", EntryPoint = "prctl"), SuppressGCTransition]
        private static partial int Prctl(int option, nuint argument);
    }
}
