using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edge.Camera.Config;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(EdgeConfig))]
[JsonSerializable(typeof(Dictionary<string, RegionConfig[]>), TypeInfoPropertyName = "RegionsByCamera")]
internal sealed partial class ConfigJson : JsonSerializerContext;
