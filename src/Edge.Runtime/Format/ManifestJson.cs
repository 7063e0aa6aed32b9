using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edge.Runtime.Format;

/// <summary>
/// The manifest as JSON: camelCase members, kebab-case enum values, strict. A member that is unknown, stands twice or is
/// missing (only nullable ones may be) is an error, as is a value of the wrong kind.
/// </summary>
internal static class ManifestJson
{
    public static byte[] Serialize(ModelManifest manifest) =>
        ManifestText.BreakLines(JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestContext.Default.ModelManifest));

    /// <param name="json">The manifest's bytes.</param>
    /// <param name="offset">Where they start in the file, for error messages.</param>
    /// <exception cref="ModelFormatException">Not the strict JSON described above.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json, long offset)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray());
            if (json.Contains((byte)'\\'))
                ManifestText.RejectRepeatedMembers(json, offset);
            return JsonMembers.Read(document.RootElement, ManifestReader.Manifest);
        }
        catch (JsonMemberException e)
        {
            // A member that stands twice is refused in any case: it is asked for once. This says so.
            ManifestText.RejectRepeatedMembers(json, offset);
            string field = e.Path.Length == 0 ? "manifest" : e.Path;
            throw new ModelFormatException(field, offset + ManifestText.Find(json, e.Path), e.Message, e);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException("manifest", offset + ManifestText.Offset(json, e), FirstSentence(e.Message), e);
        }
    }

    private static string FirstSentence(string message)
    {
        int end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }
}

/// <summary>Enum members by their kebab-case names; numbers are refused.</summary>
internal sealed class KebabEnum<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(KebabEnum<ElementType>), typeof(KebabEnum<ChannelOrder>), typeof(KebabEnum<ResizeRule>),
        typeof(KebabEnum<PoolKind>), typeof(KebabEnum<PadMode>), typeof(KebabEnum<ResizeMode>), typeof(KebabEnum<CoordinateMode>),
        typeof(KebabEnum<NearestRounding>), typeof(KebabEnum<FloatUnaryKind>), typeof(KebabEnum<FloatBinaryKind>),
    ])]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestContext : JsonSerializerContext;
