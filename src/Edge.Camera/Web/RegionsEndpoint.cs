using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Microsoft.AspNetCore.Http;

namespace Edge.Camera.Web;

/// <summary>
/// <c>PUT /api/regions</c>: keeps the regions of one camera in <see cref="EdgeConfig.RegionsFile"/>, which the running program
/// takes up as it takes up every changed file. Only JSON is read: a form of another site can't send it unasked.
/// </summary>
internal static class RegionsEndpoint
{
    public static async Task Put(HttpContext context, ProgramParts parts)
    {
        (int status, string? problem) = await Change(context, parts.Watch.Config).ConfigureAwait(false);
        if (problem is null)
            context.Response.StatusCode = status;
        else
            await Gatekeeper.Refuse(context, status, problem).ConfigureAwait(false);
    }

    private static async Task<(int Status, string? Problem)> Change(HttpContext context, LoadedConfig config)
    {
        if (config.Config.RegionsFile is not { } file)
            return (StatusCodes.Status409Conflict, "the configuration has no regionsFile to keep regions in");
        if (context.Request.ContentType?.Split(';')[0].Trim() != "application/json")
            return (StatusCodes.Status415UnsupportedMediaType, "send application/json");
        try
        {
            DrawnRegions? drawn = await JsonSerializer.DeserializeAsync(
                context.Request.Body, RegionsJson.Default.DrawnRegions, context.RequestAborted).ConfigureAwait(false);
            if (drawn is null)
                return (StatusCodes.Status400BadRequest, "camera and regions are missing");
            if (!Array.Exists(config.Config.Cameras, c => c.Name == drawn.Camera))
                return (StatusCodes.Status404NotFound, $"there is no camera '{drawn.Camera}'");
            List<(string Key, string Message)> wrong = ConfigRules.CheckRegions("regions", drawn.Regions);
            if (wrong.Count > 0)
                return (StatusCodes.Status400BadRequest, string.Join('\n', wrong.ConvertAll(p => $"{p.Key}: {p.Message}")));
            RegionsFile.Save(config.Resolve(file), drawn.Camera, drawn.Regions);
            return (StatusCodes.Status204NoContent, null);
        }
        catch (JsonException e)
        {
            return (StatusCodes.Status400BadRequest, ConfigFile.Syntax(e));
        }
        catch (ConfigException e)
        {
            return (StatusCodes.Status409Conflict, e.Message);
        }
    }
}

/// <summary>What is sent.</summary>
/// <param name="Camera">Name.</param>
/// <param name="Regions">All of them; none is the whole picture.</param>
internal sealed record DrawnRegions(string Camera, RegionConfig[] Regions);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DrawnRegions))]
internal sealed partial class RegionsJson : JsonSerializerContext;
