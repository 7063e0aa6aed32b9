using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edge.Quantizer.Reports;

/// <summary>How commands write facts as JSON.</summary>
internal static class ReportJson
{
    /// <summary>Camel case, indented, enumerations by name; what no JSON number is, such as the ratio to no noise, becomes "Infinity" or "NaN".</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };
}
