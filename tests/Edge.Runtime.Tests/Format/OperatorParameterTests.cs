using Edge.Runtime.Format;

namespace Edge.Runtime.Tests.Format;

/// <summary>Every parameter of every kind of operator is held against the tensors it works on.</summary>
public sealed class OperatorParameterTests
{
    [Fact]
    public void A_model_with_every_kind_of_operator_is_accepted() =>
        Assert.Equal(22, TinyModel.Everything().Parse().Manifest.Operators.Select(o => o.GetType()).Distinct().Count());

    [Theory]
    [InlineData("conv", "low", "-129")]
    [InlineData("conv", "high", "128")]
    [InlineData("conv", "high", "-129")]
    [InlineData("conv", "weights", "1")]
    [InlineData("conv", "weights", "-1")]
    [InlineData("conv", "weights", "99")]
    [InlineData("conv", "bias", "1")]
    [InlineData("conv", "inputs", "[0, 0]")]
    [InlineData("conv", "inputs", "[]")]
    [InlineData("conv", "outputs", "[]")]
    [InlineData("conv", "outputs", "[1, 2]")]
    [InlineData("shuffle", "groups", "0")]
    [InlineData("shuffle", "groups", "3")]
    [InlineData("add", "inputs", "[1, 0]", "inputs[1]")]
    [InlineData("add", "inputs", "[1]")]
    [InlineData("add", "low", "128")]
    [InlineData("lookup", "table", "0")]
    [InlineData("pad", "before", "[0, 1, 1]")]
    [InlineData("pad", "before[1]", "-1")]
    [InlineData("pad", "after[3]", "1", "outputs[0]")]
    [InlineData("pad", "value", "1e999")]
    [InlineData("resize", "scaleX", "0")]
    [InlineData("resize", "scaleY", "3")]
    [InlineData("resize", "scaleY", "-2")]
    [InlineData("slice", "begin", "[0, 0, 0, 0, 0]")]
    [InlineData("slice", "begin[3]", "4")]
    [InlineData("slice", "begin[1]", "9", "step[1]")]
    [InlineData("slice", "step[3]", "0")]
    [InlineData("slice", "step[1]", "-2147483648")]
    [InlineData("transpose", "permutation", "[0, 3, 1]")]
    [InlineData("transpose", "permutation[3]", "1")]
    [InlineData("transpose", "permutation[0]", "-1")]
    [InlineData("transpose", "permutation", "[0, 1, 2, 3]", "outputs[0]")]
    [InlineData("reshape", "inputs", "[6]", "outputs[0]")]
    [InlineData("dequantize", "inputs", "[5]", "inputs[0]")]
    [InlineData("quantize", "inputs", "[6]", "inputs[0]")]
    [InlineData("float-conv", "weights", "0")]
    [InlineData("float-conv", "groups", "4")]
    [InlineData("float-conv", "low", "1e999")]
    [InlineData("float-conv", "high", "-1")]
    [InlineData("float-pool", "low", "0")]
    [InlineData("float-pool", "window.padTop", "2")]
    [InlineData("sums", "low", "0")]
    [InlineData("sums", "high", "126", "low")]
    [InlineData("sums", "weightScales", "0")]
    [InlineData("mean of codes", "low", "0")]
    [InlineData("mean of codes", "kind", "\"max\"", "inputs[0]")]
    [InlineData("float-unary", "beta", "-1")]
    [InlineData("float-unary", "alpha", "1e999")]
    [InlineData("float-lrn", "size", "0")]
    [InlineData("float-lrn", "bias", "1e999")]
    [InlineData("float-softmax", "axis", "4")]
    [InlineData("float-softmax", "axis", "-1")]
    [InlineData("float-mean", "axes", "[2, 1]", "axes[1]")]
    [InlineData("float-mean", "axes", "[4]", "axes[0]")]
    [InlineData("float-mean", "axes", "[1]", "outputs[0]")]
    [InlineData("dense", "weights", "0")]
    [InlineData("softmax", "exponentials", "1")]
    [InlineData("concat", "axis", "4")]
    [InlineData("concat", "axis", "2", "inputs[0]")]
    [InlineData("concat", "inputs", "[]", "outputs[0]")]
    [InlineData("max-pool", "window.strideX", "3", "outputs[0]")]
    public void A_parameter_that_does_not_fit_is_refused(string name, string member, string value, string? blamed = null)
    {
        RawPackage raw = new(TinyModel.Everything());
        int index = raw.Manifest["operators"]!.AsArray().ToList().FindIndex(o => o!["name"]!.GetValue<string>() == name);
        raw.Set($"operators[{index}].{member}", value);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(raw.BuildAsIs()));
        Assert.Equal($"operators[{index}].{blamed ?? member}", e.Field);
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fully_connected_layer_gives_one_vector()
    {
        RawPackage raw = new(TinyModel.Everything());
        int tensor = raw.Manifest["tensors"]!.AsArray().ToList().FindIndex(t => t!["name"]!.GetValue<string>() == "sums");
        raw.Set($"tensors[{tensor}].shape", "[5, 1]").Set($"tensors[{tensor}].rowStride", "1");
        Assert.EndsWith(".outputs[0]", Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(raw.BuildAsIs())).Field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preprocessing.width", "6", "input")]
    [InlineData("preprocessing.mean", "[1]", "preprocessing.mean")]
    [InlineData("preprocessing.scale[1]", "1e999", "preprocessing.scale[1]")]
    [InlineData("preprocessing.resizeTo", "0", "preprocessing.resizeTo")]
    [InlineData("labels", "[\"a\"]", "labels")]
    [InlineData("labels", "[null, \"a\", \"b\"]", "labels[0]")]
    [InlineData("labelOffset", "-1", "labelOffset")]
    [InlineData("outputs", "[]", "outputs")]
    [InlineData("outputs", "[1, 1]", "outputs[1]")]
    [InlineData("selfTest", "{\"seeds\":[1],\"digests\":[]}", "selfTest.digests")]
    [InlineData("tensors[1].rowStride", "3", "tensors[1].rowStride")]
    [InlineData("tensors[10].rowStride", "5", "tensors[10].rowStride")]
    [InlineData("tensors[10].offset", "2", "tensors[10].offset")]
    [InlineData("tensors[10].scale", "1", "tensors[10].scale")]
    [InlineData("tensors[1].type", "\"int32\"", "tensors[1].scale")]
    public void What_the_caller_sees_is_checked_too(string path, string value, string field)
    {
        RawPackage raw = new RawPackage(TinyModel.Everything()).Set(path, value);
        Assert.Equal(field, Assert.Throws<ModelFormatException>(() => EdgeModel.Parse(raw.BuildAsIs())).Field);
    }
}
