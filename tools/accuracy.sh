#!/usr/bin/env bash
# Quantizes every trained network of ../shared/models with the default command and by the rules of ONNX Runtime's own static
# quantization, and judges all of them on real photographs: ImageNet networks on images/val, the bird network on images/birds, the others
# by agreement with their float form on images/val. Then measures what further techniques would add, on calibration images alone.
# Writes docs/ACCURACY.md. Packages go to artifacts/packages. Networks measured with the same build are not measured again.
# usage: tools/accuracy.sh [--packages] [network…]     with names: measures these, writes no document; --packages: default packages alone
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${EDGE_SHARED:-../shared}
[ -d "$shared/models" ] || { echo "accuracy.sh: no $shared/models" >&2; exit 2; }
tools/prepare.sh
dotnet build src/Edge.Quantizer -c Release --nologo -v q
binary=src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll
quantizer="dotnet $binary"
out=artifacts/packages
seconds=60  # of learned rounding, where it is measured
mkdir -p "$out" docs

packages=false
if [ "${1:-}" = --packages ]; then packages=true; shift; fi
networks=("$@")
[ ${#networks[@]} -gt 0 ] || networks=($(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).models.map(m => m.file.replace(".onnx", "")).join(" ")' "$shared/models/models.json"))
for n in "${networks[@]}"; do
    [ "$out/$n.done" -nt "$binary" ] && continue
    # The fields of "input" are the preprocessing; labels and offset stand beside them.
    read -r labels offset < <(node -e '
        const fs = require("fs"), [models, name, target] = process.argv.slice(1);
        const m = JSON.parse(fs.readFileSync(models)).models.find(m => m.file === name + ".onnx");
        if (name.endsWith("inat_birds")) m.input.resize = "stretch";  // its photographs are whole birds
        fs.writeFileSync(target, JSON.stringify(m.input));
        console.log(m.labels, m.label_offset);' "$shared/models/models.json" "$n" "$out/$n.input.json")
    images=$shared/images/val; calibration=$shared/images/calib
    case $n in *inat_birds) images=$shared/images/birds ;; esac
    echo "$n"
    quantize() { # name of the result, then options
        local result=$out/$n.$1; shift
        $quantizer quantize "$shared/models/$n.onnx" --calibration "$calibration" --preprocessing "$out/$n.input.json" \
            --labels "$shared/models/$labels" --label-offset "$offset" --sensitivity-images 0 -o "$result.edge" --json "$@" >"$result.quantize.json.part"
        mv "$result.quantize.json.part" "$result.quantize.json"
    }
    classes=()
    case $n in *vww* | *nanodet* | *fer*) classes=(--no-labels) ;; esac
    judge() { # name of the result, then options
        local result=$out/$n.$1; shift
        $quantizer evaluate "$result.edge" --images "$images" --model "$shared/models/$n.onnx" "${classes[@]}" \
            --answers "$result.answers.json" --json "$@" >"$result.accuracy.json.part"
        mv "$result.accuracy.json.part" "$result.accuracy.json"
    }
    [ "$out/$n.default.quantize.json" -nt "$binary" ] || quantize default
    if $packages; then continue; fi
    judge default
    for rules in minmax entropy; do
        quantize onnxruntime-$rules --method onnxruntime-$rules
        judge onnxruntime-$rules
    done
    quantize techniques --method-per-tensor auto --learned-rounding $seconds
    touch "$out/$n.done"
done

if $packages || [ $# -gt 0 ]; then exit 0; fi
node - "$out" "$seconds" "${networks[@]}" >"$out/ACCURACY.md" <<'JS'
const fs = require("fs"), [out, seconds, ...networks] = process.argv.slice(2);
const decibels = x => Number.isFinite(x) ? x.toFixed(1) : "–", percent = (a, b) => b ? (100 * a / b).toFixed(1) : "";
const judged = n => !/vww|nanodet|fer/.test(n);
const read = (n, what) => JSON.parse(fs.readFileSync(`${out}/${n}.${what}.json`));
console.log(`# Accuracy

Made by \`tools/accuracy.sh\`: every network quantized with the default command (model, calibration folder, preprocessing; 100 photographs),
judged on 250 photographs that calibration did not see (the bird network on 420 photographs of 84 species). Top-1 / top-5 in percent;
lost and gained are images against our float result; logits: signal to noise against float's, dB. Networks whose classes the photographs
do not show are judged without classes.

| network | float | int8 | int8 in ONNX Runtime | lost | gained | agreement, % | ONNX Runtime's agreement, % | logits, dB |
| --- | --: | --: | --: | --: | --: | --: | --: | --: |`);
const results = (n, what) => Object.fromEntries(read(n, `${what}.accuracy`).map(x => [x.name, x]));
const tops = (n, x) => judged(n) && x ? `${percent(x.top1, x.labelled)} / ${percent(x.top5, x.labelled)}` : "";
for (const n of networks) {
    const by = results(n, "default"), f = by["float, Edge"], i = by["int8, Edge"], o = by["int8, ONNX Runtime"];
    console.log(`| ${n} | ${tops(n, f)} | ${tops(n, i)} | ${tops(n, o)} | ${judged(n) ? i.lost : ""} | ${judged(n) ? i.gained : ""} | ${percent(i.agreeing, i.images)} | ${o ? percent(o.agreeing, o.images) : ""} | ${decibels(i.logitSqnr)} |`);
}
console.log(`
## Beside ONNX Runtime's own static quantization

The same calibration photographs by the rules of ONNX Runtime's \`quantize_static\` (QDQ, per-channel int8 weights; ranges by minmax, or by
entropy with 128 bins, histograms grown image by image), restated here and executed in ONNX Runtime. Images lost, net of gained,
agreement with float in percent, and signal to noise of the logits in dB: the steadiest of the three.

| network | ours: lost net | agreement | logits | ONNX Runtime minmax: lost net | agreement | logits | ONNX Runtime entropy: lost net | agreement | logits |
| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |`);
for (const n of networks) {
    const cells = ["default", "onnxruntime-minmax", "onnxruntime-entropy"].map(what => {
        const by = results(n, what), x = (what === "default" ? undefined : by["int8, ONNX Runtime"]) ?? by["int8, Edge"];
        return `${judged(n) ? x.lost - x.gained : ""} | ${percent(x.agreeing, x.images)} | ${decibels(x.logitSqnr)}`;
    });
    console.log(`| ${n} | ${cells.join(" | ")} |`);
}
const rules = ["onnxruntime-minmax", "onnxruntime-entropy"];
const images = (n, what) => JSON.parse(fs.readFileSync(`${out}/${n}.${what}.answers.json`));
const isRight = i => a => i.class === a, agrees = i => a => i.answers["float, Edge"] === a;
// Images on which our answer alone passes, and on which theirs alone does.
const alone = (n, rule, test) => {
    const theirs = images(n, rule).map(i => i.answers["int8, ONNX Runtime"]), split = [0, 0];
    images(n, "default").forEach((i, k) => {
        const [our, their] = [i.answers["int8, Edge"], theirs[k]].map(test(i));
        if (our !== their) split[our ? 0 : 1]++;
    });
    return split;
};
// Two-sided exact binomial probability of a split as uneven, were both as good.
const chance = ([a, b]) => {
    let sum = 0, term = 0.5 ** (a + b);
    for (let k = 0; k <= Math.min(a, b); term *= (a + b - k) / ++k) sum += term;
    return Math.min(1, 2 * sum);
};
const shown = split => `${split.join(" : ")} | ${chance(split) < 0.001 ? "< 0.001" : chance(split).toFixed(3)}`;
console.log(`
Image by image: on how many of them our answer alone is right or agrees with float's, and on how many ONNX Runtime's is; behind it the
probability of so uneven a split or a more uneven one, were both equally good (exact sign test, two-sided; not corrected for the number of
tests, of which one in twenty would fall below 0.05 by chance alone). A large one shows no difference, and does not prove that there is none.

| network | right: ours : minmax's | chance | agrees: ours : minmax's | chance | right: ours : entropy's | chance | agrees: ours : entropy's | chance |
| --- | --: | --: | --: | --: | --: | --: | --: | --: |`);
const sums = {};
for (const n of networks) {
    const cells = rules.flatMap(rule => [isRight, agrees].map(test => {
        if (test === isRight && !judged(n)) return " | ";
        const split = alone(n, rule, test), sum = sums[rule + test.name] ??= [0, 0];
        split.forEach((x, k) => sum[k] += x);
        return shown(split);
    }));
    console.log(`| ${n} | ${cells.join(" | ")} |`);
}
console.log(`| all together | ${rules.flatMap(rule => [isRight, agrees].map(test => `${sums[rule + test.name].join(" : ")} | `)).join(" | ")} |`);
console.log(`
## What was chosen, and what each technique brings

Signal to noise of the logits in dB on the half of the calibration images that fitted nothing: the best range estimator alone
(weights rounded to the nearest code), what cross-layer equalization and compensated rounding add to it, each by itself and both; then
what further techniques add: absorption of high biases, a calibration method per tensor (\`--method-per-tensor\`), ${seconds} seconds of
learned rounding (\`--learned-rounding ${seconds}\`, last of all), each upon the ones before it where they clearly helped. A dash: there was
nothing to change (ReLU6 bounds the channels, no bias is high, no tensor gained). But for learned rounding, these are with bias correction
and without mean matching; the last columns are what bias correction brings to the one chosen, and mean matching upon that. The default
command equalizes and absorbs where the noise falls by more than its standard error over the images, and leaves compensated rounding, bias
correction or mean matching out where the noise falls so without it.

| network | chosen | plain | equalization | compensated rounding | both | bias absorption | method per tensor | learned rounding | bias correction | mean matching |
| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |`);
for (const n of networks) {
    const q = read(n, "default.quantize"), scores = read(n, "techniques.quantize").scores.map(s => ({ ...s.technique, sqnr: s.logitSqnr }));
    const flags = ["absorbed", "perTensor", "learned"], signed = x => isFinite(x) ? (x >= 0 ? "+" : "") + x.toFixed(2) : "–";
    const best = (e, c) => Math.max(...scores.filter(s => s.equalized === e && s.compensated === c && s.corrected && !s.matched && !flags.some(f => s[f])).map(s => s.sqnr));
    const plain = best(false, false), gain = (e, c) => signed(best(e, c) - plain);
    const adds = flag => {
        const added = scores.find(s => s[flag] && (flag === "learned" || s.corrected && !s.matched) && flags.slice(flags.indexOf(flag) + 1).every(f => !s[f]));
        const base = added && scores.find(s => !s[flag] && ["method", "equalized", "compensated", "corrected", "matched", ...flags].every(k => k === flag || s[k] === added[k]));
        return base ? signed(added.sqnr - base.sqnr) : "–";
    };
    const t = q.technique, chosen = [t.method, t.equalized && "equalization", t.compensated && "compensated rounding", t.absorbed && "bias absorption", t.corrected && "bias correction", t.matched && "mean matching"].filter(x => x).join(" + ");
    const judged = (corrected, matched) => q.scores.find(s => Object.keys(t).every(k => s.technique[k] === { ...t, corrected, matched }[k]))?.logitSqnr;
    const brings = [judged(true, false) - judged(false, false), judged(t.corrected, true) - judged(t.corrected, false)];
    console.log(`| ${n} | ${chosen} | ${plain.toFixed(2)} | ${gain(true, false)} | ${gain(false, true)} | ${gain(true, true)} | ${flags.map(adds).join(" | ")} | ${brings.map(signed).join(" | ")} |`);
}
JS
mv "$out/ACCURACY.md" docs/ACCURACY.md
cat docs/ACCURACY.md
