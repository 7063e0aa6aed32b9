using System.Text.Json.Nodes;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Execution;

namespace Edge.Runtime.Tests.Format;

/// <summary>Whatever is changed in a package, it is refused with a typed error, or it runs inside its memory.</summary>
public sealed class MutationTests
{
    private static readonly string[] Values =
    [
        "0", "1", "2", "3", "-1", "5", "12", "64", "127", "128", "256", "65536", "2147483647", "-2147483648",
        "9223372036854775807", "0.5", "-0.5", "1e-30", "1e30", "1e999", "null",
        "true", "\"\"", "\"x\"", "[]", "[0]", "[1,1,1,1]", "{}",
    ];

    [Fact]
    public void Every_flipped_byte_is_noticed()
    {
        byte[] file = TinyModel.Inceptionlike().ToBytes();
        for (int i = 0; i < file.Length; i++)
        {
            byte flip = (byte)(1 << (i % 8));
            file[i] ^= flip;
            Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(file));
            file[i] ^= flip;
        }
    }

    [Fact]
    public void Any_field_of_the_manifest_may_be_falsified()
    {
        var random = new Random(1);
        byte[] whole = TinyModel.Everything().ToBytes();
        List<string> paths = [];
        Collect(new RawPackage(whole).Manifest, "", paths);
        int accepted = 0;
        for (int i = 0; i < 400; i++)
        {
            RawPackage raw = new(whole);
            for (int changes = random.Next(1, 3); changes > 0; changes--)
            {
                string path = paths[random.Next(paths.Count)];
                if (Exists(raw.Manifest, path))
                    raw.Set(path, Value(raw.Manifest, path, random));
            }

            accepted += RefusedOrSafe(raw.BuildAsIs());
        }

        Assert.InRange(accepted, 5, 380);
    }

    [Fact]
    public void Any_byte_of_a_constant_may_be_falsified()
    {
        var random = new Random(2);
        byte[] whole = TinyModel.Everything().ToBytes();
        int accepted = 0;
        for (int i = 0; i < 100; i++)
        {
            RawPackage raw = new(whole);
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                Span<byte> constant = raw.Constant(random.Next(raw.Manifest["constants"]!.AsArray().Count));
                constant[random.Next(constant.Length)] = (byte)random.Next(256);
            }

            accepted += RefusedOrSafe(raw.Build());
        }

        Assert.InRange(accepted, 10, 99);
    }

    /// <summary>1 if the package was accepted (and then ran), 0 if it was refused.</summary>
    private static int RefusedOrSafe(byte[] file)
    {
        EdgeModel model;
        try
        {
            model = EdgeModel.Parse(file);
        }
        catch (ModelFormatException e)
        {
            Assert.InRange(e.Offset, 0, file.Length);
            return 0;
        }

        GuardedContext.Run(model, InstructionSet.Scalar);
        GuardedContext.Run(model, InstructionSets.Best);
        return 1;
    }

    private static void Collect(JsonNode? node, string path, List<string> paths)
    {
        if (path.Length > 0 && path is not ("tensors" or "operators" or "constants"))
            paths.Add(path);
        if (node is JsonObject members)
        {
            foreach ((string name, JsonNode? value) in members)
                Collect(value, path.Length == 0 ? name : $"{path}.{name}", paths);
        }
        else if (node is JsonArray elements)
        {
            for (int i = 0; i < elements.Count; i++)
                Collect(elements[i], $"{path}[{i}]", paths);
        }
    }

    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (string step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            node = node switch
            {
                JsonArray array when step[0] == '[' => array.ElementAtOrDefault(int.Parse(step[1..^1])),
                JsonObject members when step[0] != '[' => members[step],
                _ => null,
            };
        }

        return node;
    }

    private static bool Exists(JsonObject manifest, string path) => Find(manifest, path) is not null;

    /// <summary>A neighbour of the number that stands there, or any value.</summary>
    private static string Value(JsonObject manifest, string path, Random random) =>
        random.Next(2) == 0 && Find(manifest, path) is JsonValue value && value.TryGetValue(out long number)
            ? $"{number + random.Next(-4, 5)}"
            : Values[random.Next(Values.Length)];
}
