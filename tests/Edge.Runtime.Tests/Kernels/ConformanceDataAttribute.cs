using System.Reflection;
using Edge.Runtime.Execution;
using Xunit.Sdk;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>
/// Every case of <see cref="KernelCases"/> for one instruction set; all of them show up as skipped, with the reason, on a core
/// without it.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ConformanceDataAttribute : DataAttribute
{
    private readonly InstructionSet _set;

    public ConformanceDataAttribute(InstructionSet set)
    {
        _set = set;
        if (!InstructionSets.IsSupported(set))
            Skip = $"this core has no {set}";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        KernelCases.All.Keys.Select(name => new object[] { _set, name });
}
