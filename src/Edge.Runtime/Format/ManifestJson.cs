using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Edge.Runtime.Format;

/// <summary>
/// The manifest as JSON: camelCase members, kebab-case enum values, strict. A member that is unknown, stands twice or is
/// missing (only nullable ones may be) is an error, as is a value of the wrong kind.
/// </summary>
internal static class ManifestJson
{
    private static readonly JsonTypeInfo<ModelManifest> TypeInfo = CreateTypeInfo();

    public static byte[] Serialize(ModelManifest manifest) =>
        ManifestText.BreakLines(JsonSerializer.SerializeToUtf8Bytes(manifest, TypeInfo));

    /// <param name="json">The manifest's bytes.</param>
    /// <param name="offset">Where they start in the file, for error messages.</param>
    /// <exception cref="ModelFormatException">Not the strict JSON described above.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json, long offset)
    {
        try
        {
            ManifestText.RejectRepeatedMembers(json, offset);
            return JsonSerializer.Deserialize(json, TypeInfo) ?? throw new ModelFormatException("manifest", offset, "is null");
        }
        catch (JsonException e)
        {
            const string Root = "$.";
            string path = e.Path ?? "";
            string field = path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : "manifest";
            throw new ModelFormatException(field, offset + ManifestText.Offset(json, e), FirstSentence(e.Message), e);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            // An operator without "op", or text that is no valid Unicode.
            throw new ModelFormatException("manifest", offset, FirstSentence(e.Message), e);
        }
    }

    private static string FirstSentence(string message)
    {
        int end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }

    private static JsonTypeInfo<ModelManifest> CreateTypeInfo()
    {
        var options = new JsonSerializerOptions(ManifestContext.Default.Options)
        {
            TypeInfoResolver = ManifestContext.Default.WithAddedModifier(RequireEveryMember),
        };
        return (JsonTypeInfo<ModelManifest>)options.GetTypeInfo(typeof(ModelManifest));
    }

    /// <summary>
    /// Source-generated construction passes 0 or null for an absent init-only member instead of its initializer, so a value left
    /// out would silently change its meaning.
    /// </summary>
    private static void RequireEveryMember(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            bool nullable = property.PropertyType.IsValueType
                ? Nullable.GetUnderlyingType(property.PropertyType) is not null
                : property.IsSetNullable;
            property.IsRequired = property.Set is not null && !nullable;
        }
    }
}

/// <summary>Enum members by their kebab-case names; numbers are refused.</summary>
internal sealed class KebabEnum<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(KebabEnum<ElementType>), typeof(KebabEnum<ChannelOrder>), typeof(KebabEnum<ResizeRule>),
        typeof(KebabEnum<PoolKind>), typeof(KebabEnum<PadMode>), typeof(KebabEnum<ResizeMode>), typeof(KebabEnum<CoordinateMode>),
        typeof(KebabEnum<NearestRounding>), typeof(KebabEnum<FloatUnaryKind>), typeof(KebabEnum<FloatBinaryKind>),
    ])]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestContext : JsonSerializerContext;
