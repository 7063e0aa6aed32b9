using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Kernels;
using Spectre.Console;

namespace Edge.Benchmarks.Training;

/// <summary>The command <c>training</c>: speed of all convolutions of two networks, forward and backward, beside the FMA peak.</summary>
internal static class TrainingCommand
{
    public static RootCommand Create()
    {
        Option<int> threads = new("--threads") { Description = "Threads; 0 for one per core.", DefaultValueFactory = _ => 0 };
        Option<int> batch = new("--batch") { Description = "Images.", DefaultValueFactory = _ => 32 };
        Option<int> rounds = new("--rounds") { Description = "Runs of everything; the best counts.", DefaultValueFactory = _ => 5 };
        Option<bool> cpu = new("--processor-time") { Description = "Count processor time instead of wall time: for busy machines." };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Option<string?> network = new("--network") { Description = $"Only this one: {string.Join(", ", TrainingLayers.Networks)}." };
        network.AcceptOnlyFromAmong(TrainingLayers.Networks);
        RootCommand command = new("Convolutions of training and their share of the FMA peak") 
        {
            threads, batch, rounds, cpu, json, network,
        };
        command.SetAction(result =>
        {
            using Workers workers = new(result.GetValue(threads));
            string[] networks = result.GetValue(network) is { } one ? [one] : TrainingLayers.Networks;
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

    private static TrainingResults Measure(Workers workers, int batch, int rounds, string[] networks, TrainingClock clock)
    {
        // Layers of one geometry are measured once. Rounds go through everything, the peak included, so that a disturbance of the
        // machine spoils one run of many layers, not all runs of one.
        Dictionary<ConvolutionShape, LayerTimer> timers = [];
        foreach (string network in networks)
        {
            foreach ((_, ConvolutionShape shape) in TrainingLayers.Of(network))
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
            Networks = [.. networks.Select(n => Summarize(n, timers, batch, peak))],
        };
    }

    private static NetworkResult Summarize(
        string network, Dictionary<ConvolutionShape, LayerTimer> timers, int batch, double peak)
    {
        List<LayerResult> layers = [];
        double forward = 0, data = 0, weights = 0, macs = 0, dataMacs = 0;
        foreach ((string name, ConvolutionShape shape) in TrainingLayers.Of(network))
        {
            // The input of a network has no gradient.
            bool isFirst = layers.Count == 0;
            LayerTimer timer = timers[shape];
            double layerMacs = (double)shape.MultiplyAccumulates * batch / 1e9;
            layers.Add(Result(name, layerMacs, timer.Forward, isFirst ? 0 : timer.Data, timer.Weights, isFirst ? 0 : layerMacs));
            forward += timer.Forward;
            data += isFirst ? 0 : timer.Data;
            weights += timer.Weights;
            macs += layerMacs;
            dataMacs += isFirst ? 0 : layerMacs;
        }

        layers.Add(Result("all", macs, forward, data, weights, dataMacs));
        return new NetworkResult(network, [.. layers]);

        LayerResult Result(string name, double gmac, double forward, double data, double weights, double dataGmac)
        {
            double all = ((2 * gmac) + dataGmac) / (forward + data + weights);
            return new LayerResult(name, gmac, gmac / forward, data == 0 ? null : dataGmac / data, gmac / weights, all, all / peak);
        }
    }

    private static void Print(TrainingResults results)
    {
        AnsiConsole.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Threads} threads, batch {results.Batch}, {results.VectorBits}-bit vectors, peak {results.Peak:F1} GMAC/s"));
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
