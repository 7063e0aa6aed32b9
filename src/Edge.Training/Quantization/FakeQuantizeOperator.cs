using Edge.Quantizer.Calibration;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Loops;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Quantization;

/// <summary>Rounds values that were computed in float32, and the network's input, to the codes of their range.</summary>
internal sealed class FakeQuantizeOperator(
    Activation<float> input, Activation<float> output, OutputQuantizer quantizer, Workers workers)
    : UnaryOperator<float>(input, output)
{
    private readonly float[] _steps = new float[output.Data.Length];

    public override void Forward(in PassContext pass)
    {
        int count = pass.Batch * Input.Shape.Elements;
        if (quantizer.IsCalibrating)
        {
            quantizer.Calibrate(Input.Data, Output.Data, count);
            return;
        }

        float scale = quantizer.Begin().Scale;
        float[] x = Input.Data;
        Partition.Elements(workers, count, (first, end) =>
        {
            for (int i = first; i < end; i++)
                _steps[i] = x[i] / scale;
        });
        quantizer.Forward(_steps, Output.Data, count, scale);
    }

    public override void Backward(in PassContext pass)
    {
        float[] dx = Input.OpenGradient(out bool accumulate);
        quantizer.Backward(_steps, Output.Gradient, dx, pass.Batch * Input.Shape.Elements, accumulate);
    }
}
