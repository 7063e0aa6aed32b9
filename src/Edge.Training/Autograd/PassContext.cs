namespace Edge.Training.Autograd;

/// <summary>What the operators of one pass share.</summary>
/// <param name="Batch">Images, at most the network's batch size.</param>
/// <param name="Training">Batch statistics and dropout.</param>
/// <param name="Seed">Of the dropout masks.</param>
/// <param name="Step">Which of the seed's masks.</param>
internal readonly record struct PassContext(int Batch, bool Training, ulong Seed, long Step);
