using Edge.Quantizer.Compression;
using Edge.Training.Autograd;

namespace Edge.Training.Compression;

/// <summary>
/// Weight sharing (Han, Mao and Dally, arXiv:1510.00149, section 3): the weights of a layer take few values, by k-means; training
/// moves the values, each along the sum of its members' gradients. Members begin equal and get equal gradients, so the optimizer
/// moves them alike and they stay equal. Zeros stay zeros.
/// </summary>
internal sealed class SharingConstraint : IWeightConstraint
{
    private const int Unshared = -1;

    private readonly Parameter<float>[] _weights;
    private readonly int _values;
    private readonly int[][] _cluster;

    /// <param name="parameters">Those with weight decay share: weights, not biases nor batch norms.</param>
    /// <param name="bits">At most 2 to this power values a layer, besides 0.</param>
    public SharingConstraint(IEnumerable<Parameter<float>> parameters, int bits)
    {
        (_weights, _values) = ([.. parameters.Where(p => p.Decay && p.Trainable)], 1 << bits);
        _cluster = Array.ConvertAll(_weights, p => new int[p.Value.Length]);
        Attach();
    }

    public long FinalStep => 0;

    public void Attach()
    {
        for (int p = 0; p < _weights.Length; p++)
            Assign(_weights[p].Value, _cluster[p]);
    }

    public void BeforeStep()
    {
        double[] sums = new double[_values];
        for (int p = 0; p < _weights.Length; p++)
        {
            (float[] gradient, int[] cluster) = (_weights[p].Gradient, _cluster[p]);
            Array.Clear(sums);
            for (int i = 0; i < cluster.Length; i++)
            {
                if (cluster[i] != Unshared)
                    sums[cluster[i]] += gradient[i];
            }

            for (int i = 0; i < cluster.Length; i++)
                gradient[i] = cluster[i] == Unshared ? 0 : (float)sums[cluster[i]];
        }
    }

    public void AfterStep(long step)
    {
    }

    /// <summary>The clusters that there are already, or new ones.</summary>
    private void Assign(float[] weights, int[] cluster)
    {
        float[] kept = [.. weights.Where(w => w != 0)];
        float[] values = [.. kept.Distinct().Order()];
        if (values.Length > _values)
            values = KMeans.Centroids(kept, [], _values, CentroidStart.Linear);
        for (int i = 0; i < weights.Length; i++)
        {
            cluster[i] = weights[i] == 0 ? Unshared : Nearest(values, weights[i]);
            weights[i] = cluster[i] == Unshared ? 0 : values[cluster[i]];
        }
    }

    private static int Nearest(float[] values, float weight)
    {
        int above = Array.BinarySearch(values, weight);
        if (above >= 0)
            return above;
        above = ~above;
        return above == 0 ? 0
            : above == values.Length || weight - values[above - 1] <= values[above] - weight ? above - 1
            : above;
    }
}
