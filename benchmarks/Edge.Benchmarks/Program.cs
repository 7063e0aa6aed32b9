using BenchmarkDotNet.Running;
using Edge.Benchmarks;
using Edge.Benchmarks.Training;

if (args is ["training", ..])
    return TrainingCommand.Create().Parse(args[1..]).Invoke();
BenchmarkSwitcher.FromAssembly(typeof(PackageBenchmarks).Assembly).Run(args);
return 0;
