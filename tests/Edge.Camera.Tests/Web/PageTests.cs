using System.Text.Json;
using Edge.Camera.Config;

namespace Edge.Camera.Tests.Web;

/// <summary>The page as a person uses it, in a real browser. Pictures of it are left in the folder artifacts.</summary>
public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private const string Label = "document.querySelector('.label')?.textContent";

    /// <summary>A number made of all pixels of the preview as it is shown now.</summary>
    private const string Pixels = """
        (() => {
          const image = document.querySelector('.view img'), canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          const context = canvas.getContext('2d');
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, v) => (sum * 31 + v) % 1000003, 1);
        })()
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-page-").FullName;

    [ChromiumFact]
    public async Task The_preview_moves_the_label_changes_and_decisions_have_pictures()
    {
        await using var program = new RunningProgram(new WebConfig(), rate: 10);
        await Open(program, 1100, 800, phone: false);
        string before = (await chromium.Evaluate(Pixels)).ToString();
        await chromium.WaitFor($"{Pixels} !== {before}");
        await chromium.WaitFor($"{Label}.startsWith('no entry')");
        await chromium.WaitFor("document.querySelector('#decisions img')?.naturalWidth === 160");
        await chromium.WaitFor($"!{Label}.startsWith('no entry')");
        Assert.True((await chromium.Evaluate("document.querySelector('.edit').hidden")).GetBoolean());
    }

    [ChromiumFact]
    public async Task A_phone_shows_everything_without_scrolling_sideways()
    {
        string file = Path.Combine(_folder, "regions.json");
        await using var program = new RunningProgram(new WebConfig(), rate: 10, regionsFile: file);
        await Open(program, 390, 844, phone: true);
        await chromium.WaitFor("document.querySelector('#decisions img')?.naturalWidth > 0");
        await chromium.Click(".edit");
        await chromium.Click(".add");
        await chromium.WaitFor("document.querySelectorAll('fieldset').length === 1");
        JsonElement widths = await chromium.Evaluate("[document.documentElement.scrollWidth, window.innerWidth]");
        Assert.Equal("[390,390]", widths.GetRawText());
        await Keep("page-phone.png");
    }

    [ChromiumFact]
    public async Task A_wrong_password_is_refused_and_the_right_one_accepted()
    {
        await using var program = new RunningProgram(new WebConfig { PasswordHash = AccessTests.Hash }, rate: 10);
        var address = new UriBuilder(program.Client.BaseAddress!) { UserName = "me", Password = "wrong" };
        await chromium.Open(address.Uri);
        await chromium.WaitFor("performance.getEntriesByType('navigation')[0]?.responseStatus === 401");
        Assert.Equal(JsonValueKind.Null, (await chromium.Evaluate("document.querySelector('main')")).ValueKind);
        address.Password = Uri.EscapeDataString("correct hörse");
        await chromium.Open(address.Uri);

        // From now on the browser knows the password, as if it had been typed.
        await Open(program, 800, 600, phone: false);
    }

    [ChromiumFact]
    public async Task Regions_are_drawn_resized_named_deleted_and_taken_up()
    {
        string file = Path.Combine(_folder, "regions.json");
        await using var program = new RunningProgram(new WebConfig(), rate: 10, width: 640, regionsFile: file);
        await Open(program, 1100, 800, phone: false);
        await chromium.Click(".edit");
        await chromium.Click(".add");
        await chromium.WaitFor("document.querySelectorAll('fieldset').length === 1");
        await chromium.Click(".delete");
        await chromium.WaitFor("document.querySelectorAll('fieldset, .drawn').length === 0");
        await Drag((0.1, 0.1), (0.5, 0.5));
        await chromium.WaitFor("document.querySelectorAll('fieldset').length === 1");
        await Drag((0.5, 0.5), (0.8, 0.9));
        await Drag((0.5, 0.5), (0.6, 0.5));
        await Name("gate");
        await chromium.Click(".add");
        await Name("gate");
        await chromium.Click(".save");
        await chromium.WaitFor("document.querySelector('[role=alert]').textContent.includes('names must differ')");
        Assert.False(File.Exists(file));
        await chromium.Click("fieldset:last-child .delete");
        await chromium.Click(".save");
        await chromium.WaitFor("document.querySelector('.editor') === null");

        JsonElement region = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("front door")[0];
        Assert.Equal("gate", region.GetProperty("name").GetString());
        Assert.Equal(0.2, Chromium.Number(region, "x"), 0.01);
        Assert.Equal(0.1, Chromium.Number(region, "y"), 0.01);
        Assert.Equal(0.7, Chromium.Number(region, "width"), 0.01);
        Assert.Equal(0.8, Chromium.Number(region, "height"), 0.01);
        await chromium.WaitFor("document.querySelector('.view > .box span')?.textContent === 'gate'");
        await chromium.WaitFor("document.querySelector('#decisions')?.textContent.includes('front door/gate')");
        await chromium.WaitFor($"{Label}.startsWith('no entry') && document.querySelector('.view img').naturalWidth === 640");
        await chromium.WaitFor("[...document.querySelectorAll('#decisions img')].every(i => i.naturalWidth > 0)");
        await Keep("page.png");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Opens the page and waits for state and preview.</summary>
    private async Task Open(RunningProgram program, int width, int height, bool phone)
    {
        await chromium.SetSize(width, height, phone);
        await chromium.Open(program.Client.BaseAddress!);
        await chromium.WaitFor("document.querySelector('#health')?.textContent === 'running'");
        await chromium.WaitFor("document.querySelector('.view img')?.naturalWidth > 0");
    }

    /// <summary>Between two points of the preview, in shares of its width and height.</summary>
    private async Task Drag((double X, double Y) from, (double X, double Y) to)
    {
        await chromium.Evaluate("document.querySelector('.layer').scrollIntoView({ behavior: 'instant' })");
        JsonElement box = await chromium.Evaluate("document.querySelector('.layer').getBoundingClientRect().toJSON()");
        await chromium.Drag(X(from.X), Y(from.Y), X(to.X), Y(to.Y));

        double X(double share) => Chromium.Number(box, "x") + (share * Chromium.Number(box, "width"));

        double Y(double share) => Chromium.Number(box, "y") + (share * Chromium.Number(box, "height"));
    }

    /// <summary>Names the last region.</summary>
    private async Task Name(string name) => await chromium.Evaluate($$"""
        (() => {
          const input = document.querySelector('fieldset:last-child .name');
          input.value = '{{name}}';
          input.dispatchEvent(new Event('change'));
        })()
        """);

    private async Task Keep(string name)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Edge.sln")))
            root = Path.GetDirectoryName(root);
        string folder = Directory.CreateDirectory(Path.Combine(root ?? _folder, "artifacts")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, name), await chromium.Picture());
    }
}
