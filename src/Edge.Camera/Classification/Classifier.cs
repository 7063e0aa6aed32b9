using System.Diagnostics;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Camera.Classification;

/// <summary>One class of a ranking.</summary>
/// <param name="Class">Class index, counted behind the model's background outputs.</param>
/// <param name="Label">Null when the model has no labels.</param>
/// <param name="Score">Probability or score, see <see cref="Classifier.ScoreName"/>.</param>
internal readonly record struct Candidate(int Class, string? Label, float Score);

/// <summary>The answer for one image.</summary>
internal sealed record Answer(Candidate[] Candidates, TimeSpan Decode, TimeSpan Prepare, TimeSpan Run)
{
    public TimeSpan Total => Decode + Prepare + Run;
}

/// <summary>A model that has proven itself on this machine, with everything needed to ask it about image files.</summary>
internal sealed class Classifier : IDisposable
{
    private readonly Session _session;
    private readonly ImageReader _reader = new();
    private readonly PixelBuffer _image = new();
    private readonly ImagePreprocessor _preprocessor;

    private Classifier(EdgeModel model, Session session)
    {
        Model = model;
        _session = session;
        _preprocessor = new ImagePreprocessor(model.Manifest.Preprocessing, model.Input.Scale, model.Input.ZeroPoint);
        ScoreName = model.GivesProbabilities ? "probability" : "score";
    }

    public EdgeModel Model { get; }

    public InstructionSet InstructionSet => _session.InstructionSet;

    public int Threads => _session.Threads;

    /// <summary>
    /// "probability" when the scores come from a softmax, else "score": sigmoid scores and logits don't add up to 1.
    /// </summary>
    public string ScoreName { get; }

    /// <summary>Loads a package, proves every number in it and replays its self-test.</summary>
    /// <param name="source">The package.</param>
    /// <param name="threads">0 for one per core.</param>
    /// <exception cref="CommandException">The model can't be used; the message says why.</exception>
    public static Classifier Load(ModelSource source, int threads)
    {
        Session session = LoadSession(source, threads);
        try
        {
            return new Classifier(session.Model, session);
        }
        catch (ImageFormatException e)
        {
            session.Dispose();
            throw new CommandException(ExitCode.ModelUnusable, $"{source.Name}: {Explain(e)}", e);
        }
    }

    /// <summary>As <see cref="Load"/>, for those who bring their own images.</summary>
    /// <exception cref="CommandException">The model can't be used; the message says why.</exception>
    public static Session LoadSession(ModelSource source, int threads)
    {
        Session? session = null;
        try
        {
            session = new Session(source.Load(), new SessionOptions { Threads = threads });
            return SelfTestRunner.Run(session) is { } difference
                ? throw new CommandException(ExitCode.ModelUnusable, $"{source.Name}: {difference}")
                : session;
        }
        catch (Exception e)
        {
            session?.Dispose();
            if (Explain(e) is { } reason)
                throw new CommandException(ExitCode.ModelUnusable, $"{source.Name}: {reason}", e);
            throw;
        }
    }

    /// <summary>Replays the certificate of a package: this device must be as accurate as was promised.</summary>
    /// <returns>Null when the package has none.</returns>
    /// <exception cref="CommandException">The package misses its budget, or its certificate is damaged; the message says how.</exception>
    public static CertificateResult? ReplayCertificate(string name, Session session)
    {
        try
        {
            CertificateResult? result = CertificateRunner.Run(session);
            return result?.Problem is { } problem
                ? throw new CommandException(ExitCode.ModelUnusable, $"{name}: {problem}; pack it again")
                : result;
        }
        catch (ModelFormatException e)
        {
            throw new CommandException(ExitCode.ModelUnusable, $"{name}: {Explain(e)}", e);
        }
    }

    /// <inheritdoc cref="ReplayCertificate(string, Session)"/>
    public CertificateResult? ReplayCertificate(string name) => ReplayCertificate(name, _session);

    /// <summary>Decodes, prepares and classifies one file.</summary>
    /// <param name="path">A JPEG, PNG, PGM or PPM file.</param>
    /// <param name="top">Classes wanted.</param>
    /// <param name="profile">Takes every layer's time; null for none.</param>
    /// <exception cref="ImageFormatException">The file can't be used.</exception>
    /// <exception cref="CommandException">An image library is missing.</exception>
    public Answer Classify(string path, int top, Profile? profile)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            _reader.Read(path, _image);
        }
        catch (CodecUnavailableException e)
        {
            throw new CommandException(ExitCode.ImageFailed, e.Message, e);
        }

        long decoded = Stopwatch.GetTimestamp();
        _preprocessor.Run(_image, _session.Input);
        long prepared = Stopwatch.GetTimestamp();
        if (profile is null)
            _session.Run();
        else
            _session.Run(profile);
        long end = Stopwatch.GetTimestamp();
        return new Answer(
            Rank(_session.Output, top),
            Stopwatch.GetElapsedTime(start, decoded),
            Stopwatch.GetElapsedTime(decoded, prepared),
            Stopwatch.GetElapsedTime(prepared, end));
    }

    public Profile CreateProfile() => _session.CreateProfile();

    /// <inheritdoc cref="SessionBenchmark.Measure"/>
    public BenchmarkReport Measure(int runs, bool perLayer) => SessionBenchmark.Measure(_session, runs, perLayer);

    public void Dispose()
    {
        _session.Dispose();
        _reader.Dispose();
    }

    /// <summary>The highest scores first, equal ones in class order.</summary>
    private Candidate[] Rank(ReadOnlySpan<float> outputs, int top)
    {
        ReadOnlySpan<float> scores = outputs[Model.Manifest.LabelOffset..];
        string[] labels = Model.Manifest.Labels;
        var ranking = new Candidate[Math.Min(top, scores.Length)];
        int ranked = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            int place = ranked;
            while (place > 0 && scores[c].CompareTo(ranking[place - 1].Score) > 0)
                place--;
            if (place == ranking.Length)
                continue;
            ranked = Math.Min(ranked + 1, ranking.Length);
            Array.Copy(ranking, place, ranking, place + 1, ranked - place - 1);
            ranking[place] = new(c, labels.Length > 0 ? labels[c] : null, scores[c]);
        }

        return ranking;
    }

    /// <summary>One line for what makes a model unusable; null for a defect of this program.</summary>
    private static string? Explain(Exception e) => e switch
    {
        ModelFormatException => $"is damaged or no .edge model: {e.Message}; copy or pack it again",
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "may not be read, or is a folder; name a .edge file",
        IOException => "cannot be read: " + e.Message.ReplaceLineEndings(" "),
        NotSupportedException => "cannot run here: " + e.Message.ReplaceLineEndings(" "),
        ImageFormatException => "is unusable: " + e.Message,
        OutOfMemoryException => "needs more memory than there is",
        _ => null,
    };
}
