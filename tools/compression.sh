#!/usr/bin/env bash
# Sizes of compressed packages: every network of ../shared/models, quantized by tools/accuracy.sh and packed without loss; the
# published Deep Compression file packed again without loss and re-shared to 6 bits; SqueezeNet 1.1 shared to 5 bits. What is not
# lossless is judged on images/val. Writes docs/COMPRESSION.md. Packages go to artifacts/packages and artifacts/compressed.
# usage: tools/compression.sh
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${EDGE_SHARED:-../shared}
[ -d "$shared/models" ] || { echo "compression.sh: no $shared/models" >&2; exit 2; }
dotnet build src/Edge.Quantizer -c Release --nologo -v q
quantizer="dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll"
packages=artifacts/packages out=artifacts/compressed
mkdir -p "$out" docs

networks=($(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).models.map(m => m.file.replace(".onnx", "")).join(" ")' "$shared/models/models.json"))
tools/accuracy.sh --packages "${networks[@]}"
for n in "${networks[@]}"; do
    echo "$n"
    $quantizer compress "$packages/$n.default.edge" -o "$out/$n.edge" --json >"$out/$n.json"
done

lossy() { # name, model, network of the preprocessing, options
    local name=$1 model=$2 network=$3; shift 3
    $quantizer compress "$model" "$@" --entropy --calibration "$shared/images/calib" --preprocessing "$packages/$network.input.json" \
        --labels "$shared/models/imagenet-labels.txt" -o "$out/$name.edge" --json >"$out/$name.json"
    $quantizer evaluate "$out/$name.edge" --model "$model" --images "$shared/images/val" --no-onnxruntime --json >"$out/$name.accuracy.json"
}
published=$shared/models/compressed_SqueezeNet.net
$quantizer compress "$published" --float --preprocessing "$packages/squeezenet1_0_deepcomp.input.json" \
    --labels "$shared/models/imagenet-labels.txt" -o "$out/published.edge" --json >"$out/published.json"
lossy published-6 "$published" squeezenet1_0_deepcomp --share 6
lossy squeezenet1_1-5 "$shared/models/squeezenet1_1.onnx" squeezenet1_1 --share 5

for n in "${networks[@]}"; do
    echo "$n $(stat -Lc %s "$shared/models/$n.onnx") $(stat -c %s "$packages/$n.default.edge") $(gzip -9c "$packages/$n.default.edge" | wc -c) $(xz -9c "$packages/$n.default.edge" | wc -c)"
done >"$out/sizes"
node - "$out" "$published" >docs/COMPRESSION.md <<'JS'
const fs = require("fs"), [out, published] = process.argv.slice(2);
const read = f => JSON.parse(fs.readFileSync(`${out}/${f}.json`));
const n = x => Math.round(x).toLocaleString("en-US");
console.log(`# Compression

Made by \`tools/compression.sh\`. All sizes are bytes of whole files.

## Without loss

int8 packages of the default \`quantize\` command, and the same packages after \`edge-quantizer compress\`, which become the plain ones
again byte for byte when they are loaded. Decoding: megabytes of plain constants per second, on one core of the machine at hand.

| network | float32 | int8 | gzip -9 | xz -9 | compressed | of xz, % | bits per weight | decoding, MB/s |
| --- | --: | --: | --: | --: | --: | --: | --: | --: |`);
for (const line of fs.readFileSync(`${out}/sizes`, "utf8").trim().split("\n")) {
    const [name, float, int8, gzip, xz] = line.split(" ").map((x, i) => i ? Number(x) : x), c = read(name);
    const weights = c.storage.layers.reduce((s, l) => s + l.weights, 0), stored = c.storage.layers.reduce((s, l) => s + l.stored, 0);
    console.log(`| ${name} | ${n(float)} | ${n(int8)} | ${n(gzip)} | ${n(xz)} | ${n(c.bytes)} | ${(100 * c.bytes / xz).toFixed(1)} | ${(8 * stored / weights).toFixed(2)} | ${n(c.decoding.megabytesPerSecond)} |`);
}
const exact = read("published");
console.log(`
The published Deep Compression file (${n(fs.statSync(published).size)} bytes: a third of the weights, 8-bit codebooks, no entropy coding),
packed again with \`compress --float\`: **${n(exact.bytes)} bytes**. Its weights and biases are the published ones, bit for bit, and it
computes in float32. Bytes stored beside the bound of a coder that knows how often each symbol occurs (zero-order entropy; what is not
coded counts as it is):

| stream | symbols | bound | stored | of the bound, % |
| --- | --: | --: | --: | --: |
${exact.storage.streams.map(x => `| ${x.stream} | ${n(x.symbols)} | ${n(x.entropy)} | ${n(x.stored)} | ${(100 * x.stored / x.entropy).toFixed(1)} |`).join("\n")}

The manifest with labels takes the other ${n(exact.storage.manifest)}.

## With loss

\`compress --share BITS --entropy\`: weights share 2 to the power of BITS values a layer, on the int8 grid of the output channels, without
retraining. Executed in int8, judged on 250 photographs that nothing was fitted on; lost and gained against the network it came from.

| network | bits | bytes | top-1 / top-5, %: before | after | lost | gained |
| --- | --: | --: | --: | --: | --: | --: |`);
const tops = a => `${(100 * a.top1 / a.labelled).toFixed(1)} / ${(100 * a.top5 / a.labelled).toFixed(1)}`;
for (const [name, title, bits] of [["published-6", "published SqueezeNet 1.0, pruned", 6], ["squeezenet1_1-5", "squeezenet1_1", 5]]) {
    const [before, after] = read(`${name}.accuracy`);
    console.log(`| ${title} | ${bits} | ${n(read(name).bytes)} | ${tops(before)} | ${tops(after)} | ${after.lost} | ${after.gained} |`);
}
JS
cat docs/COMPRESSION.md
