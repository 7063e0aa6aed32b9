using System.CommandLine;
using Edge.Camera.Classification;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera selftest [model.edge]</c>.</summary>
internal static class SelfTestCommand
{
    public static Command Create()
    {
        Argument<string?> model = new("model")
        {
            Description = "The packed network (.edge); without one, the built-in traffic signs.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int> threads = SharedArguments.Threads();
        Command command = new(
            "selftest",
            "Replays the model's self-test and certificate: this device must compute what the packing machine computed, as accurately.")
        {
            model,
            threads,
        };
        command.SetAction(parsed =>
        {
            ModelSource source = parsed.GetValue(model) is { } path ? ModelSource.File(path) : ModelSource.BuiltIn;
            using Classifier classifier = Classifier.Load(source, parsed.GetValue(threads));
            string network = classifier.Model.Manifest.Network;
            int vectors = classifier.Model.Manifest.SelfTest?.Seeds.Length ?? 0;
            parsed.InvocationConfiguration.Output.WriteLine(
                vectors == 0
                    ? $"{network}: the package has no self-test; only its checksums were verified"
                    : $"{network}: {vectors} self-test vector(s) are bit-exact with {classifier.InstructionSet} kernels");
            if (classifier.ReplayCertificate(source.Name) is { } certificate)
                parsed.InvocationConfiguration.Output.WriteLine($"{network}: certificate: {TextReport.Describe(certificate)}");
            return ExitCode.Success;
        });
        return command;
    }
}
