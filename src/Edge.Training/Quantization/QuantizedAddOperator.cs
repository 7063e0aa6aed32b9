using System.Numerics;
using Edge.Quantizer.Calibration;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Loops;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Quantization;

/// <summary>The runtime's addition: both values in steps of the output's scale, added in float32, rounded once.</summary>
internal sealed class QuantizedAddOperator(
    (Activation<float> Value, ActivationRange Range) a,
    (Activation<float> Value, ActivationRange Range) b,
    Activation<float> output,
    OutputQuantizer quantizer,
    Workers workers) : Operator<float>
{
    private readonly float[] _steps = new float[output.Data.Length];

    public override IReadOnlyList<Activation<float>> Inputs { get; } = [a.Value, b.Value];

    public override IReadOnlyList<Activation<float>> Outputs { get; } = [output];

    public override void Forward(in PassContext pass)
    {
        int count = pass.Batch * output.Shape.Elements;
        (float[] left, float[] right) = (a.Value.Data, b.Value.Data);
        if (quantizer.IsCalibrating)
        {
            Partition.Elements(workers, count, (first, end) =>
            {
                for (int i = first; i < end; i++)
                    _steps[i] = left[i] + right[i];
            });
            quantizer.Calibrate(_steps, output.Data, count);
            return;
        }

        QuantizationParameters y = quantizer.Begin();
        (float scaleA, float scaleB) = (a.Range.Parameters.Scale, b.Range.Parameters.Scale);
        (float ratioA, float ratioB) = (scaleA / y.Scale, scaleB / y.Scale);
        Partition.Elements(workers, count, (first, end) =>
        {
            int i = first;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> stepsA = Vector.Round(new Vector<float>(left, i) / scaleA) * ratioA;
                Vector<float> stepsB = Vector.Round(new Vector<float>(right, i) / scaleB) * ratioB;
                (stepsA + stepsB).CopyTo(_steps, i);
            }

            for (; i < end; i++)
            {
                float stepsA = MathF.Round(left[i] / scaleA, MidpointRounding.ToEven) * ratioA;
                float stepsB = MathF.Round(right[i] / scaleB, MidpointRounding.ToEven) * ratioB;
                _steps[i] = stepsA + stepsB;
            }
        });
        quantizer.Forward(_steps, output.Data, count, y.Scale);
    }

    public override void Backward(in PassContext pass)
    {
        foreach (Activation<float> input in Inputs)
        {
            if (!input.NeedsGradient)
                continue;
            float[] dx = input.OpenGradient(out bool accumulate);
            quantizer.Backward(_steps, output.Gradient, dx, pass.Batch * output.Shape.Elements, accumulate);
        }
    }
}
