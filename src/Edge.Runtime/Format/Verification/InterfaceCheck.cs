using static Edge.Runtime.Format.Verification.ShapeCheck;

namespace Edge.Runtime.Format.Verification;

/// <summary>What the caller sees: the image that goes in, the results, their labels, the self-test and the certificate.</summary>
internal static class InterfaceCheck
{
    public static void Run(VerificationContext context)
    {
        Input(context);
        Outputs(context);
        Labels(context);
        if (context.Manifest.SelfTest is { } test && test.Seeds.Length != test.Digests.Length)
            throw context.Fail("selfTest.digests", $"{test.Digests.Length} digests for {test.Seeds.Length} seeds");
        CertificateCheck.Numbers(context);
    }

    private static void Input(VerificationContext context)
    {
        ModelManifest manifest = context.Manifest;
        if ((uint)manifest.Input >= (uint)manifest.Tensors.Length)
            throw context.Fail("input", $"there is no tensor {manifest.Input}");
        TensorDefinition input = manifest.Tensors[manifest.Input];
        InputPreprocessing preprocessing = manifest.Preprocessing;
        if (!Enum.IsDefined(preprocessing.Order))
            throw context.Fail("preprocessing.order", "is no channel order");
        if (!Enum.IsDefined(preprocessing.Resize))
            throw context.Fail("preprocessing.resize", "is no resize rule");
        int[] image = [1, preprocessing.Height, preprocessing.Width, preprocessing.Channels];
        bool isPlainImage = input.Type == ElementType.Int8 && input.Constant is null && InPlace.IsDense(input);
        if (!isPlainImage || !input.Shape.AsSpan().SequenceEqual(image))
        {
            throw context.Fail(
                "input", $"tensor '{input.Name}' is no dense Int8 {Text(image)} in the arena, which the preprocessing makes");
        }

        if (preprocessing.Resize == ResizeRule.ShorterSideThenCenterCrop
            && preprocessing.ResizeTo < Math.Min(preprocessing.Width, preprocessing.Height))
        {
            throw context.Fail(
                "preprocessing.resizeTo",
                $"{preprocessing.ResizeTo} leaves nothing to cut {preprocessing.Width}×{preprocessing.Height} out of");
        }

        PerChannel(context, "preprocessing.mean", preprocessing.Mean, preprocessing.Channels);
        PerChannel(context, "preprocessing.scale", preprocessing.Scale, preprocessing.Channels);
    }

    private static void PerChannel(VerificationContext context, string field, float[] values, int channels)
    {
        if (values.Length != channels)
            throw context.Fail(field, $"{values.Length} values for {channels} channels");
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw context.Fail($"{field}[{i}]", "must be finite");
        }
    }

    private static void Outputs(VerificationContext context)
    {
        ModelManifest manifest = context.Manifest;
        if (manifest.Outputs.Length == 0)
            throw context.Fail("outputs", "there is none");
        for (int i = 0; i < manifest.Outputs.Length; i++)
        {
            int t = manifest.Outputs[i];
            string field = $"outputs[{i}]";
            if ((uint)t >= (uint)manifest.Tensors.Length)
                throw context.Fail(field, $"there is no tensor {t}");
            if (manifest.Outputs.AsSpan(0, i).Contains(t))
                throw context.Fail(field, $"tensor '{manifest.Tensors[t].Name}' stands twice");
            if (manifest.Tensors[t].Constant is not null || !InPlace.IsDense(manifest.Tensors[t]))
                throw context.Fail(field, $"tensor '{manifest.Tensors[t].Name}' is a constant or a channel slice");
        }
    }

    private static void Labels(VerificationContext context)
    {
        ModelManifest manifest = context.Manifest;
        if (manifest.LabelOffset < 0)
            throw context.Fail("labelOffset", $"{manifest.LabelOffset} is negative");
        int scores = 1;
        foreach (int dimension in manifest.Tensors[manifest.Outputs[0]].Shape)
            scores *= dimension;
        if (manifest.LabelOffset >= scores)
            throw context.Fail("labelOffset", $"{manifest.LabelOffset} leaves no class of {scores} scores");
        if (manifest.Labels.Length == 0)
            return;
        for (int i = 0; i < manifest.Labels.Length; i++)
        {
            if (manifest.Labels[i] is null)
                throw context.Fail($"labels[{i}]", "is null");
        }

        long named = (long)manifest.LabelOffset + manifest.Labels.Length;
        if (named != scores)
        {
            throw context.Fail(
                "labels",
                $"{manifest.Labels.Length} labels behind {manifest.LabelOffset} outputs, but the model has {scores} scores");
        }
    }
}
