using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edge.Training.Fitting;

/// <summary>JSON of the files that training writes.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CheckpointHeader))]
[JsonSerializable(typeof(List<EpochRecord>))]
[JsonSerializable(typeof(PreprocessingDocument))]
internal sealed partial class TrainingJson : JsonSerializerContext;
