using System.Globalization;
using System.Runtime.InteropServices;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;

namespace Edge.Runtime.Execution;

/// <summary>What a package's certificate says on this device.</summary>
/// <param name="Images">Images replayed.</param>
/// <param name="Drop">Top-1 lost against the float network, points of a hundred; see <see cref="CertificateDefinition.Classes"/>.</param>
/// <param name="MaxDrop">The budget, points of a hundred.</param>
/// <param name="Problem">One sentence about why the package must not be used; null when it holds what it promises.</param>
public sealed record CertificateResult(int Images, double Drop, double MaxDrop, string? Problem);

/// <summary>Makes a package's certificate, and replays it: proof that this device is as accurate as was promised.</summary>
public static class CertificateRunner
{
    /// <summary>Replays every image.</summary>
    /// <returns>Null when the package has no certificate.</returns>
    /// <exception cref="ModelFormatException">The section does not hold what the manifest says.</exception>
    public static CertificateResult? Run(Session session)
    {
        if (session.Model.Manifest.Certificate is not { } certificate)
            return null;
        string network = session.Model.Manifest.Network;
        var capture = new Capture(session.Model, certificate.Logits);
        byte[] recorded = new byte[capture.Bytes.Length];
        float[] reference = new float[capture.Elements];
        int lost = 0, image = 0;
        string? problem = null;
        using var reader = new CertificateReader(session.Model);
        for (; reader.Read(session.Input, reference, recorded); image++)
        {
            session.Run(capture);
            lost += Lost(certificate.Classes, image, Top(reference, session.Model), capture.Top(), session.Model);
            if (problem is null && !capture.Bytes.AsSpan().SequenceEqual(recorded))
            {
                problem = $"certificate image {image} of '{network}' gives, with {session.InstructionSet} kernels, "
                    + "other logits than those recorded: results would differ from those measured";
            }
        }

        double drop = 100.0 * lost / image;
        if (problem is null && drop > certificate.MaxDrop)
        {
            problem = string.Create(
                CultureInfo.InvariantCulture,
                $"'{network}' misses its own accuracy budget: {drop:0.##} points of top-1 are lost on its {image} certificate images, {certificate.MaxDrop:0.##} are allowed");
        }

        return new CertificateResult(image, drop, certificate.MaxDrop, problem);
    }

    /// <summary>The certificate to store in a package, see <see cref="EdgeModelWriter"/>.</summary>
    /// <param name="session">Of the package without it.</param>
    /// <param name="logits">Tensor to compare; see <see cref="CertificateDefinition.Logits"/>.</param>
    /// <param name="maxDrop">The budget, points of a hundred; null for what the images show now.</param>
    /// <param name="images">The model's input and the float network's logits, per image.</param>
    /// <param name="classes">What the images show, see <see cref="CertificateDefinition.Classes"/>.</param>
    public static (CertificateDefinition Definition, byte[] Section) Create(
        Session session, int logits, double? maxDrop, IEnumerable<(sbyte[] Codes, float[] Reference)> images, int[] classes)
    {
        var capture = new Capture(session.Model, logits);
        using var writer = new CertificateWriter(session.Model.Input);
        int lost = 0, count = 0;
        foreach ((sbyte[] codes, float[] reference) in images)
        {
            if (reference.Length != capture.Elements)
                throw new ArgumentException($"{reference.Length} logits of the float network for {capture.Elements} of the package", nameof(images));
            codes.CopyTo(session.Input);
            session.Run(capture);
            lost += Lost(classes, count, Top(reference, session.Model), capture.Top(), session.Model);
            writer.Add(codes, reference, capture.Bytes);
            count++;
        }

        double drop = count == 0 ? 0 : 100.0 * lost / count;
        var definition = new CertificateDefinition { Images = count, Logits = logits, Classes = classes, MaxDrop = maxDrop ?? drop, Drop = drop };
        return (definition, writer.ToBytes());
    }

    /// <summary>Right answers lost by one image, −1 for one that was gained; without classes 1 where both answers differ.</summary>
    private static int Lost(int[] classes, int image, int reference, int answer, EdgeModel model)
    {
        if (classes.Length == 0)
            return reference == answer ? 0 : 1;
        int truth = classes[image] + model.Manifest.LabelOffset;
        return (reference == truth ? 1 : 0) - (answer == truth ? 1 : 0);
    }

    /// <summary>The likeliest class behind the label offset; of equals the first.</summary>
    private static int Top<T>(ReadOnlySpan<T> logits, EdgeModel model)
        where T : IComparable<T>
    {
        int best = model.Manifest.LabelOffset;
        for (int i = best + 1; i < logits.Length; i++)
        {
            if (logits[i].CompareTo(logits[best]) > 0)
                best = i;
        }

        return best;
    }

    private static int Top(float[] logits, EdgeModel model) => Top<float>(logits, model);

    /// <summary>Keeps what one tensor holds.</summary>
    private sealed class Capture : ITraceSink
    {
        private readonly EdgeModel _model;
        private readonly int _tensor;

        public Capture(EdgeModel model, int tensor)
        {
            (_model, _tensor, Elements) = (model, tensor, 1);
            foreach (int dimension in model.Manifest.Tensors[tensor].Shape)
                Elements *= dimension;
            Bytes = new byte[Elements * model.Manifest.Tensors[tensor].Type.Size()];
        }

        public int Elements { get; }

        public byte[] Bytes { get; }

        public int Top() => _model.Manifest.Tensors[_tensor].Type == ElementType.Int8
            ? CertificateRunner.Top(MemoryMarshal.Cast<byte, sbyte>(Bytes), _model)
            : CertificateRunner.Top(MemoryMarshal.Cast<byte, float>(Bytes), _model);

        public void Computed(int index, OperatorDefinition op, TensorBytes output)
        {
            if (op.Outputs[0] == _tensor)
                output.CopyTo(Bytes);
        }
    }
}
