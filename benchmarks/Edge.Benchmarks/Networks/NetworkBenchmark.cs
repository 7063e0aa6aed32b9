using Edge.Benchmarks.Packages;
using Edge.Benchmarks.Reporting;
using Edge.Benchmarks.Timing;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Benchmarks.Networks;

/// <summary>How much is measured.</summary>
/// <param name="Threads">1, or more to measure that too in the same rounds.</param>
/// <param name="Rounds">Rounds of all contenders.</param>
/// <param name="Runs">Timed runs of each contender per round.</param>
internal sealed record NetworkEffort(int Threads, int Rounds, int Runs);

/// <summary>Times whole networks: our session beside ONNX Runtime's, in one process and in the same rounds.</summary>
internal static class NetworkBenchmark
{
    public static NetworkResults Measure(IEnumerable<BenchmarkNetwork> networks, NetworkEffort options, TextWriter progress)
    {
        var results = new List<NetworkResult>();
        foreach (BenchmarkNetwork network in networks)
        {
            string path = PackageCache.Package(network.Name, progress);
            byte[] qdq = PackageCache.Qdq(network.Name, progress);
            progress.WriteLine($"measuring {network.Name}");
            results.Add(Measure(network.Name, EdgeModel.Load(path), qdq, options));
        }

        return new NetworkResults
        {
            Machine = Machine.Describe(),
            Commit = Machine.Commit(),
            OnnxRuntimeVersion = OnnxRuntimeSession.LibraryVersion,
            PeakInstruction = Int8Peak.Instruction,
            Threads = options.Threads,
            Networks = [.. results],
        };
    }

    private static NetworkResult Measure(string name, EdgeModel model, byte[] qdq, NetworkEffort options)
    {
        int[] threads = options.Threads > 1 ? [1, options.Threads] : [1];
        sbyte[] codes = new sbyte[model.Input.Shape.Aggregate(1, (a, b) => a * b)];
        SelfTestRunner.Fill(codes, 1);
        OrtTensor image = Image(codes, model.Input);
        var timer = new InterleavedTimer();
        var owned = new List<IDisposable>();
        double[] peaks = new double[threads.Length];
        var shares = new List<double>();
        long macs = 0;
        try
        {
            foreach (int n in threads)
            {
                var ours = new Session(model, new SessionOptions { Threads = n });
                owned.Add(ours);
                macs = ours.CreateProfile().Operators.Sum(o => o.MultiplyAccumulates);
                var reference = new OnnxRuntimeSession(qdq, OrtOptimization.All, n, spin: n > 1);
                owned.Add(reference);
                PreparedRun run = reference.Prepare(image);
                owned.Add(run);

                // A run uses up its input.
                if (n == 1)
                    AddBesidePeak(() => codes.CopyTo(ours.Input), ours.Run, macs);
                else
                    timer.Add(() => codes.CopyTo(ours.Input), ours.Run);
                timer.Add(() => { }, run.Run);
            }

            timer.Measure(options.Rounds, options.Runs, () =>
            {
                for (int i = 0; i < threads.Length; i++)
                    peaks[i] = Math.Max(peaks[i], Int8Peak.Measure(threads[i]));
            });
        }
        finally
        {
            owned.Reverse();
            owned.ForEach(o => o.Dispose());
        }

        Comparison[] comparisons = [.. threads.Select((_, i) =>
        {
            RunTimes ours = timer.Times(2 * i);
            return new Comparison(ours, timer.Times((2 * i) + 1), peaks[i], macs / (ours.Median * 1e6))
            {
                PairedShare = threads[i] == 1 ? RunTimes.MedianOf([.. shares]) : null,
            };
        })];
        return new NetworkResult
        {
            Name = name,
            Macs = macs,
            OneThread = comparisons[0],
            SeveralThreads = comparisons.Length > 1 ? comparisons[1] : null,
            PackageBytes = model.FileLength,
            ArenaBytes = model.Manifest.ArenaSize,
            LargestLayerBytes = ArenaPlanner.LargestLayer(model.Manifest),
            LiveBytes = ArenaPlanner.Plan(model.Manifest).LowerBound,
        };

        void AddBesidePeak(Action prepare, Action run, long macs)
        {
            double peak = 0;
            timer.Add(
                () =>
                {
                    prepare();
                    peak = Int8Peak.Measure(1);
                },
                run,
                time => shares.Add(macs / (time.TotalMilliseconds * 1e6) / peak));
        }
    }

    /// <summary>The same image as ONNX Runtime takes it: float32 [1, c, h, w].</summary>
    private static OrtTensor Image(sbyte[] codes, TensorDefinition input)
    {
        sbyte[] nchw = QdqExporter.ToExportedOrder<sbyte>(codes, input.Shape);
        return new OrtTensor(
            QdqExporter.ExportedShape(input), Array.ConvertAll(nchw, q => input.Scale * (q - input.ZeroPoint)));
    }
}
