using System.CommandLine;
using Edge.Training.Data;

namespace Edge.Training.Commands;

/// <summary>The options that name images and their classes.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "images: a folder with one subfolder per class, a folder with labels.csv, a CSV file (file,class), or an IDX "
            + "file (MNIST format, also .gz)",
        Required = true,
        HelpName = "path",
    };

    private readonly Option<string?> _labels = new("--labels")
    {
        Description = "the labels of an IDX file; default: train-images-idx3-… has train-labels-idx1-… beside it",
        HelpName = "file",
    };

    private readonly Option<string?> _labelColumn = new("--label-column")
    {
        Description = "column of the CSV file with the class",
        HelpName = "name",
    };

    private readonly Option<string?> _classNames = new("--class-names")
    {
        Description = "text file, one class name per line",
        HelpName = "file",
    };

    private readonly Option<string?> _validationData = new("--validation-data")
    {
        Description = "a separate set to validate with",
        HelpName = "path",
    };

    private readonly Option<string?> _validationLabels = new("--validation-labels")
    {
        Description = "its labels, where it is an IDX file",
        HelpName = "file",
    };

    private readonly Option<double> _validation = new("--validation")
    {
        Description = "share of every class that validates",
        DefaultValueFactory = _ => DataSource.DefaultValidation,
        HelpName = "share",
    };

    private readonly Option<int?> _trainPerClass = new("--train-per-class")
    {
        Description = "train with so many images of every class, validate with the others",
        HelpName = "n",
    };

    public void AddTo(Command command, bool split = true)
    {
        command.Options.Add(_data);
        command.Options.Add(_labels);
        command.Options.Add(_labelColumn);
        command.Options.Add(_classNames);
        if (!split)
            return;
        command.Options.Add(_validationData);
        command.Options.Add(_validationLabels);
        AddDivisionTo(command);
    }

    /// <summary>The options that divide one set of images.</summary>
    public IReadOnlyList<Option> Division => [_validation, _trainPerClass];

    /// <inheritdoc cref="Division"/>
    public void AddDivisionTo(Command command)
    {
        foreach (Option option in Division)
            command.Options.Add(option);
    }

    /// <summary>Images with their division. Paths become absolute, so that a run can be resumed from elsewhere.</summary>
    /// <exception cref="Edge.Quantizer.UserException">Two options divide the images, or one has no effect.</exception>
    public DataSource Source(ParseResult parsed)
    {
        DataSource source = DividedSource(parsed) with
        {
            ValidationData = Full(parsed.GetValue(_validationData)),
            ValidationLabels = Full(parsed.GetValue(_validationLabels)),
        };
        if (source.ValidationData is null)
            UselessOptions.Refuse(parsed, [_validationLabels], "only for --validation-data");
        else
            UselessOptions.Refuse(parsed, Division, "--validation-data names the images that validate");
        return source;
    }

    /// <summary>One set of images with its <see cref="Division"/>.</summary>
    /// <exception cref="Edge.Quantizer.UserException">Two options divide the images.</exception>
    public DataSource DividedSource(ParseResult parsed)
    {
        int? count = parsed.GetValue(_trainPerClass);
        if (count is not null)
            UselessOptions.Refuse(parsed, [_validation], "with --train-per-class all other images validate");
        return new DataSource
        {
            Data = Path.GetFullPath(parsed.GetRequiredValue(_data)),
            Labels = Full(parsed.GetValue(_labels)),
            LabelColumn = parsed.GetValue(_labelColumn),
            ClassNames = Full(parsed.GetValue(_classNames)),
            Validation = parsed.GetValue(_validation),
            TrainPerClass = count,
        };
    }

    private static string? Full(string? path) => path is null ? null : Path.GetFullPath(path);
}
