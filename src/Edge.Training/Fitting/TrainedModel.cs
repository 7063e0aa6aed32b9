using Edge.Quantizer;
using Edge.Quantizer.Evaluation;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;
using Edge.Training.Autograd;
using Edge.Training.Data;
using Edge.Training.Quantization;

namespace Edge.Training.Fitting;

/// <summary>A classifier to evaluate: an ONNX file, or the best weights of a checkpoint.</summary>
/// <param name="Graph">As imported, NCHW.</param>
/// <param name="Input">Its preprocessing.</param>
/// <param name="ClassNames">In output order; empty when unknown.</param>
public sealed record TrainedModel(ModelGraph Graph, InputPreprocessing Input, IReadOnlyList<string> ClassNames)
{
    /// <summary>Outputs in front of the first real class.</summary>
    public int LabelOffset { get; init; }

    /// <summary>Outputs that stand for classes.</summary>
    public int Outputs => Graph.Outputs[0].Shape![^1] - LabelOffset;

    /// <summary>The best weights of a run so far, or its present ones before its first epoch is done.</summary>
    /// <exception cref="UserException">No whole checkpoint.</exception>
    public static TrainedModel FromCheckpoint(string path, Action<string> warn)
    {
        Checkpoint checkpoint = CheckpointFile.Load(path, warn);
        ModelGraph graph = CheckpointNetwork.FromBytes(checkpoint.Network, checkpoint.Run.Network);
        using var workers = new Workers(1);
        var kind = new TrainingNetworkOptions { Quantization = checkpoint.Run.FloatHistory is null ? null : new QuantizationAware() };
        var network = new TrainingNetwork(graph, 1, workers, kind);
        string prefix = checkpoint.Progress.Epoch > 0 ? "best/" : "";
        Dictionary<string, float[]> tensors = checkpoint.Tensors.GroupBy(t => t.Name).ToDictionary(
            g => g.Key, g => g.First().Data);
        foreach ((string name, float[] value) in network.Parameters.Select(p => ("parameter/" + p.Name, p.Value))
            .Concat(network.State.Select(s => ("state/" + s.Name, s.Value))))
        {
            tensors[prefix + name].CopyTo(value, 0);
        }

        network.CopyTo(graph, rounded: checkpoint.Progress.BestEpoch > 0);
        return new TrainedModel(graph, checkpoint.Run.Input, checkpoint.Run.ClassNames);
    }

    /// <summary>Answers for all examples.</summary>
    /// <param name="examples">What to classify.</param>
    /// <param name="loader">Of these examples.</param>
    /// <param name="outputOfClass">The network's output for a class of the examples, of <see cref="Outputs"/>.</param>
    /// <param name="threads">Threads; 0 takes one per core.</param>
    /// <param name="progress">Called with the images done.</param>
    public ClassificationResult Classify(
        Examples examples,
        BatchLoader loader,
        Func<int, int> outputOfClass,
        int threads,
        Action<int> progress,
        CancellationToken cancellation)
    {
        bool probabilities = PostTrainingQuantizer.LogitsOf(Graph) != Graph.Outputs[0];
        OptimizedModel.Pipeline().Run(Graph);
        using var executor = new FloatExecutor(Graph, threads);
        var result = new ClassificationResult(Outputs);
        Tensor input = Tensor.Zeros(1, Input.Height, Input.Width, Input.Channels);
        foreach (Batch batch in loader.Evaluation())
        {
            for (int i = 0; i < batch.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                batch.Image(i).CopyTo(input.Floats);
                float[] scores = executor.Run(input).Floats[LabelOffset..];
                if (probabilities)
                    scores = Array.ConvertAll(scores, Ranking.LogitOf);
                result.Add(outputOfClass(batch.Classes[i]), scores);
                progress(result.Answers.Count);
            }
        }

        return result;
    }
}
