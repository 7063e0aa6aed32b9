namespace Edge.Runtime.Format.Verification;

/// <summary>
/// Proves a model before anything else touches its bytes. Each check may rely on those before it; kernels, which use pointers,
/// rely on all of them. Time is linear in the file and in operators × live tensors.
/// </summary>
internal static class ModelVerifier
{
    /// <param name="manifest">As parsed, nothing in it proven.</param>
    /// <param name="file">The whole package.</param>
    /// <param name="manifestEnd">First byte behind the manifest.</param>
    /// <exception cref="ModelFormatException">The first thing found that is wrong.</exception>
    public static void Verify(ModelManifest manifest, ReadOnlySpan<byte> file, int manifestEnd)
    {
        var context = new VerificationContext(manifest, file, manifestEnd);
        ConstantsCheck.Run(context);
        TensorsCheck.Run(context);
        for (int i = 0; i < manifest.Operators.Length; i++)
            OperatorCheck.Run(context, i);
        InterfaceCheck.Run(context);
        DataFlowCheck.Run(context);
    }
}
