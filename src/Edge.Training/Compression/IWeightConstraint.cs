using Edge.Training.Autograd;

namespace Edge.Training.Compression;

/// <summary>Keeps weights in a form while an optimizer moves them. What it knows follows from the weights, so that a resumed run goes on.</summary>
internal interface IWeightConstraint
{
    /// <summary>From this step on the weights have their final form; epochs before it are never the best.</summary>
    long FinalStep { get; }

    /// <summary>
    /// Looks at the weights as they are, at the start and after a checkpoint was restored; from <see cref="FinalStep"/> on it brings
    /// them into their final form.
    /// </summary>
    /// <param name="step">Steps done.</param>
    void Attach(long step);

    /// <summary>Whether weights have their final form.</summary>
    /// <param name="values">Values of a parameter.</param>
    bool IsFinal(Func<Parameter<float>, float[]> values);

    /// <summary>Changes gradients before a step of the optimizer.</summary>
    void BeforeStep();

    /// <summary>Brings the weights back into their form.</summary>
    /// <param name="step">Steps done.</param>
    void AfterStep(long step);
}
