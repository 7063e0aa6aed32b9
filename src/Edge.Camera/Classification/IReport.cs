using Edge.Runtime.Execution;

namespace Edge.Camera.Classification;

/// <summary>How answers reach the user.</summary>
internal interface IReport : IDisposable
{
    void Add(string path, Answer answer);

    /// <summary>An image without an answer. Its message is on standard error already.</summary>
    void AddFailure(string path, string message);

    /// <param name="profile">Null when none was asked for.</param>
    void Finish(Profile? profile);
}
