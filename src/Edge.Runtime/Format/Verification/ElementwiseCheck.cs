namespace Edge.Runtime.Format.Verification;

/// <summary>Int8 operators that compute each element from the one at its place: sums, tables, softmax.</summary>
internal static class ElementwiseCheck
{
    private const int TableLength = 256;

    public static void Add(OperatorScope scope, AddOperator op)
    {
        scope.RequireInputs(2);
        scope.RequireTypes(ElementType.Int8, ElementType.Int8);
        scope.RequireSameShape();
        scope.RequireBounds(op.Low, op.High);
        scope.RequireRescale(0);
        scope.RequireRescale(1);
    }

    public static void Lookup(OperatorScope scope, LookupOperator op)
    {
        scope.RequireTypes(ElementType.Int8, ElementType.Int8);
        scope.RequireSameShape();
        scope.RequireConstant<sbyte>("table", op.Table, TableLength);
    }

    public static void Softmax(OperatorScope scope, SoftmaxOperator op)
    {
        scope.RequireTypes(ElementType.Int8, ElementType.Float32);
        scope.RequireSameShape();
        ReadOnlySpan<float> exponentials = scope.RequireConstant<float>("exponentials", op.Exponentials, TableLength);
        if (exponentials[0] != 1)
            throw scope.Fail("exponentials", $"element 0 is {exponentials[0]}, must be exp(0) = 1");
        for (int i = 1; i < exponentials.Length; i++)
        {
            if (!(exponentials[i] >= 0 && exponentials[i] <= exponentials[i - 1]))
                throw scope.Fail("exponentials", $"element {i} is {exponentials[i]}: exponentials fall from 1 towards 0");
        }
    }
}
