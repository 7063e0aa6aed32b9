using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;
using Spectre.Console;
using Layers =
    System.Collections.Generic.IReadOnlyList<(string Name, Edge.Training.Autograd.Kernels.ConvolutionShape Shape)>;

namespace Edge.Benchmarks.Training;

/// <summary>The command <c>training</c>: speed of all convolutions of networks, both ways, beside the FMA peak.</summary>
internal static class TrainingCommand
{
    public static Command Create()
    {
        Option<int> threads = new("--threads") { Description = "Threads; 0 for one per core.", DefaultValueFactory = _ => 0 };
        Option<int> batch = new("--batch") { Description = "Images.", DefaultValueFactory = _ => 32 };
        Option<int> rounds = new("--rounds") { Description = "Runs; the best counts.", DefaultValueFactory = _ => 5 };
        Option<bool> cpu = new("--processor-time") { Description = "Count processor time: for busy machines, one thread." };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Option<string[]> network = new("--network")
        {
            Description = "Networks of the catalog.",
            DefaultValueFactory = _ => ["squeezenet-1.1", "mobilenet-v1-1.0"],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<int?> size = new("--size") { Description = "Height and width of the images; without it the networks' own." };
        Command command = new("training", "Convolutions of training and their share of the FMA peak.")
        {
            threads, batch, rounds, cpu, json, network, size,
        };
        command.SetAction(result =>
        {
            using Workers workers = new(result.GetValue(threads));
            (string, Layers)[] networks =
                [.. result.GetValue(network)!.Select(n => (n, TrainingLayers.Of(n, result.GetValue(size))))];
            TrainingResults results = Measure(
                workers, result.GetValue(batch), result.GetValue(rounds), networks,
                new TrainingClock(result.GetValue(cpu), workers.Count));
            if (result.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(results, TrainingJson.Default.TrainingResults));
            else
                Print(results);
        });
        return command;
    }

    private static TrainingResults Measure(
        Workers workers, int batch, int rounds, (string Name, Layers Layers)[] networks, TrainingClock clock)
    {
        // Layers of one geometry are measured once. Rounds go through everything, the peak included, so that a disturbance of the
        // machine spoils one run of many layers, not all runs of one.
        Dictionary<ConvolutionShape, LayerTimer> timers = [];
        foreach ((_, Layers layers) in networks)
        {
            foreach ((_, ConvolutionShape shape) in layers)
                timers.TryAdd(shape, new LayerTimer(shape, workers, batch, clock));
        }

        double peak = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach (LayerTimer timer in timers.Values)
            {
                peak = Math.Max(peak, FmaPeak.Measure(workers, clock));
                timer.Run();
            }
        }

        return new TrainingResults
        {
            Threads = workers.Count,
            Batch = batch,
            VectorBits = ConvolutionKernels.VectorBits,
            Peak = peak,
            Networks = [.. networks.Select(n => Summarize(n.Name, n.Layers, timers, batch, peak))],
        };
    }

    private static NetworkResult Summarize(
        string network, Layers layers, Dictionary<ConvolutionShape, LayerTimer> timers, int batch, double peak)
    {
        List<LayerResult> results = [];
        double forward = 0, data = 0, weights = 0, macs = 0, dataMacs = 0;
        foreach ((string name, ConvolutionShape shape) in layers)
        {
            // The input of a network has no gradient.
            bool isFirst = results.Count == 0;
            LayerTimer timer = timers[shape];
            double layerMacs = (double)shape.MultiplyAccumulates * batch / 1e9;
            results.Add(Result(name, layerMacs, timer.Forward, isFirst ? 0 : timer.Data, timer.Weights, isFirst ? 0 : layerMacs));
            forward += timer.Forward;
            data += isFirst ? 0 : timer.Data;
            weights += timer.Weights;
            macs += layerMacs;
            dataMacs += isFirst ? 0 : layerMacs;
        }

        results.Add(Result("all", macs, forward, data, weights, dataMacs));
        return new NetworkResult(network, [.. results]);

        LayerResult Result(string name, double gmac, double forward, double data, double weights, double dataGmac)
        {
            double all = ((2 * gmac) + dataGmac) / (forward + data + weights);
            double? dataRate = data == 0 ? null : dataGmac / data;
            return new LayerResult(name, gmac, gmac / forward, dataRate, gmac / weights, all, all / peak);
        }
    }

    private static void Print(TrainingResults results)
    {
        AnsiConsole.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Threads} threads, batch {results.Batch}, {results.VectorBits}-bit vectors, "
            + $"peak {results.Peak:F1} GMAC/s"));
        foreach (NetworkResult network in results.Networks)
        {
            Table table = new() { Border = TableBorder.Simple, Title = new TableTitle(network.Name) };
            foreach (string column in new[] { "layer", "GMAC", "forward", "data", "weights", "all GMAC/s", "of peak" })
                table.AddColumn(new TableColumn(column) { Alignment = column == "layer" ? Justify.Left : Justify.Right });
            foreach (LayerResult layer in network.Layers)
            {
                table.AddRow(
                    layer.Name, Number(layer.Gmac, "F3"), Number(layer.Forward), layer.Data is { } data ? Number(data) : "-",
                    Number(layer.Weights), Number(layer.All), Number(100 * layer.Share) + " %");
            }

            AnsiConsole.Write(table);
        }
    }

    private static string Number(double value, string format = "F1") => value.ToString(format, CultureInfo.InvariantCulture);
}
