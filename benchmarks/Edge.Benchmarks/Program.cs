using BenchmarkDotNet.Running;
using Edge.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(PackageBenchmarks).Assembly).Run(args);
