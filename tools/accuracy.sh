#!/usr/bin/env bash
# Quantizes every trained network of ../shared/models with the default command and judges it on real photographs:
# ImageNet networks on images/val, the bird network on images/birds, the others by agreement with their float form on images/val.
# Writes docs/ACCURACY.md. Packages go to artifacts/packages. usage: tools/accuracy.sh [network…]
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${EDGE_SHARED:-../shared}
[ -d "$shared/models" ] || { echo "accuracy.sh: no $shared/models" >&2; exit 2; }
tools/prepare.sh
dotnet build src/Edge.Quantizer -c Release --nologo -v q
quantizer="dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll"
out=artifacts/packages
mkdir -p "$out" docs

networks=("$@")
[ ${#networks[@]} -gt 0 ] || networks=($(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).models.map(m => m.file.replace(".onnx", "")).join(" ")' "$shared/models/models.json"))
for n in "${networks[@]}"; do
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
    $quantizer quantize "$shared/models/$n.onnx" --calibration "$calibration" --preprocessing "$out/$n.input.json" \
        --labels "$shared/models/$labels" --label-offset "$offset" --sensitivity-images 0 -o "$out/$n.edge" --json >"$out/$n.quantize.json"
    $quantizer evaluate "$out/$n.edge" --model "$shared/models/$n.onnx" --images "$images" --json >"$out/$n.accuracy.json"
done

[ $# -eq 0 ] || exit 0
node - "$out" "${networks[@]}" >docs/ACCURACY.md <<'JS'
const fs = require("fs"), [out, ...networks] = process.argv.slice(2);
const percent = (a, b) => b ? (100 * a / b).toFixed(1) : "";
const judged = n => !/vww|nanodet|fer/.test(n);
console.log(`# Accuracy

Made by \`tools/accuracy.sh\`: every network quantized with the default command (model, calibration folder, preprocessing; 100 photographs),
judged on 250 photographs that calibration did not see (the bird network on 420 photographs of 84 species). Top-1 / top-5 in percent;
lost and gained are images against our float result. Networks whose classes the photographs do not show are judged by agreement alone.

| network | float | int8 | int8 in ONNX Runtime | lost | gained | agreement, % | ONNX Runtime's agreement, % |
| --- | --: | --: | --: | --: | --: | --: | --: |`);
for (const n of networks) {
    const a = JSON.parse(fs.readFileSync(`${out}/${n}.accuracy.json`));
    const by = Object.fromEntries(a.map(x => [x.name, x])), f = by["float, Edge"], i = by["int8, Edge"], o = by["int8, ONNX Runtime"];
    const tops = x => judged(n) && x ? `${percent(x.top1, x.labelled)} / ${percent(x.top5, x.labelled)}` : "";
    console.log(`| ${n} | ${tops(f)} | ${tops(i)} | ${tops(o)} | ${judged(n) ? i.lost : ""} | ${judged(n) ? i.gained : ""} | ${percent(i.agreeing, i.images)} | ${o ? percent(o.agreeing, o.images) : ""} |`);
}
console.log(`
## What was chosen, and what each technique brings

Signal to noise of the logits in dB on the half of the calibration images that fitted nothing: the best range estimator alone
(weights rounded to the nearest code), what cross-layer equalization and compensated rounding add to it, each by itself and both; the
default command takes the best. A dash: the network has no channels that could be scaled (ReLU6 bounds them).

| network | chosen | plain | equalization | compensated rounding | both |
| --- | --- | --: | --: | --: | --: |`);
for (const n of networks) {
    const q = JSON.parse(fs.readFileSync(`${out}/${n}.quantize.json`));
    const best = (e, c) => Math.max(...q.scores.filter(s => s.technique.equalized === e && s.technique.compensated === c).map(s => s.logitSqnr));
    const plain = best(false, false), gain = (e, c) => isFinite(best(e, c)) ? (best(e, c) >= plain ? "+" : "") + (best(e, c) - plain).toFixed(2) : "–";
    const t = q.technique, chosen = [t.method, t.equalized && "equalization", t.compensated && "compensated rounding"].filter(x => x).join(" + ");
    console.log(`| ${n} | ${chosen} | ${plain.toFixed(2)} | ${gain(true, false)} | ${gain(false, true)} | ${gain(true, true)} |`);
}
JS
cat docs/ACCURACY.md
