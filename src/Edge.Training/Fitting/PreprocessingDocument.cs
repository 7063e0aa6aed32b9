using System.Text.Json.Serialization;
using Edge.Runtime.Format;

namespace Edge.Training.Fitting;

/// <summary>A preprocessing as edge-quantizer reads it (<see cref="Edge.Imaging.Preprocessing.PreprocessingFile"/>).</summary>
internal sealed record PreprocessingDocument(
    int Width, int Height, string Order, float[] Mean, float[] Scale, string Resize, int PadValue)
{
    public static PreprocessingDocument Of(InputPreprocessing input) => new(
        input.Width,
        input.Height,
        input.Order switch { ChannelOrder.Rgb => "RGB", ChannelOrder.Bgr => "BGR", _ => "L" },
        input.Mean,
        input.Scale,
        input.Resize switch
        {
            ResizeRule.ShorterSideThenCenterCrop => $"shorter side to {input.ResizeTo}, centre crop size x size",
            ResizeRule.Letterbox => "letterbox",
            _ => "stretch",
        },
        input.PadValue);

    [JsonIgnore]
    public string Json => System.Text.Json.JsonSerializer.Serialize(this, TrainingJson.Default.PreprocessingDocument);
}
