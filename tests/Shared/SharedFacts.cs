namespace Edge.Tests;

/// <summary>A fact about data in the folder shared; skipped, visibly, without it.</summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute()
    {
        if (!SharedFolder.Exists)
            Skip = SharedFolder.Absent;
    }
}

/// <summary>A theory about data in the folder shared; skipped, visibly, without it.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute()
    {
        if (!SharedFolder.Exists)
            Skip = SharedFolder.Absent;
    }
}
