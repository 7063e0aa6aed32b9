using System.CommandLine;
using Edge.Quantizer;
using Edge.SignRenderer.HeldOut;
using Edge.SignRenderer.Rendering;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Commands;

/// <summary>The options that several commands share.</summary>
internal sealed class RenderOptions
{
    private readonly Option<string> _signs = Signs();
    private readonly Option<string> _cache = Cache();

    private readonly Option<string> _style = new("--style")
    {
        Description = "training, or heldout: other fonts, wear, surroundings and cameras, to measure with",
        DefaultValueFactory = _ => "training",
    };

    private readonly Option<ulong> _seed = new("--seed")
    {
        Description = "the same seed gives the same pictures",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> _size = new("--size")
    {
        Description = "width and height of a sample in pixels, 16 to 256",
        DefaultValueFactory = _ => 48,
    };

    public RenderOptions()
    {
        _style.AcceptOnlyFromAmong("training", "heldout");
        _size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 16 or > 256)
                result.AddError("--size must be 16 to 256");
        });
    }

    public static Option<string> Signs() => new("--signs")
    {
        Description = "folder of the SVG files, NN-name.svg",
        DefaultValueFactory = _ => "models/signs/svg",
    };

    public static Option<string> Cache() => new("--cache")
    {
        Description = "folder that keeps the rasterised SVG files",
        DefaultValueFactory = _ => "artifacts/sign-rasters",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_signs, _style, _seed, _size, _cache])
            command.Options.Add(option);
    }

    public int Size(ParseResult parsed) => parsed.GetValue(_size);

    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>Loads the signs in the chosen style.</summary>
    /// <exception cref="UserException">A tool, font or file is missing.</exception>
    public (RenderStyle Style, SignLibrary Library) Load(ParseResult parsed)
    {
        RenderStyle style = parsed.GetValue(_style) == "heldout" ? new HeldOutStyle() : new TrainingStyle();
        foreach (string font in style.Fonts)
            SvgRasterizer.RequireFont(font);
        SvgRasterizer rasterizer = new(parsed.GetValue(_cache)!);
        SignLibrary library = SignLibrary.Load(
            parsed.GetValue(_signs)!, style.Drawings, rasterizer, style.MoreSigns, SampleRenderer.LargestTexture);
        return (style, library);
    }
}
