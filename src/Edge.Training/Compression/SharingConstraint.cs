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
    private readonly int _bits;
    private readonly int[][] _cluster;

    /// <param name="parameters">Those with weight decay share: weights, not biases nor batch norms.</param>
    /// <param name="bits">At most 2 to this power values a layer, besides 0; see <see cref="SharedValues.Of"/>.</param>
    public SharingConstraint(IEnumerable<Parameter<float>> parameters, int bits)
    {
        (_weights, _bits) = ([.. parameters.Where(p => p.Decay && p.Trainable)], bits);
        _cluster = Array.ConvertAll(_weights, p => new int[p.Value.Length]);
        Attach(0);
    }

    public long FinalStep => 0;

    public void Attach(long step)
    {
        for (int p = 0; p < _weights.Length; p++)
            Assign(_weights[p].Value, _cluster[p]);
    }

    /// <summary>Weights have it from the start, and steps keep it.</summary>
    public bool IsFinal(Func<Parameter<float>, float[]> values) => true;

    public void BeforeStep()
    {
        double[] sums = new double[1 << _bits];
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
        float[] values = SharedValues.Of(weights, _bits, CentroidStart.Linear);
        for (int i = 0; i < weights.Length; i++)
        {
            cluster[i] = weights[i] == 0 ? Unshared : SharedValues.Nearest(values, weights[i]);
            weights[i] = cluster[i] == Unshared ? 0 : values[cluster[i]];
        }
    }
}
