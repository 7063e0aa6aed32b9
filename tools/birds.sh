#!/usr/bin/env bash
# 84 species of birds from 3 photographs each: fine-tunes both MobileNets v2 of ../shared on five random divisions, quantizes the first
# one's network, after training and after quantization-aware training, and writes accuracies and times to docs/BIRDS.md. Without
# ../shared it says so and ends.
# usage: tools/birds.sh
set -euo pipefail
cd "$(dirname "$0")/.."
shared=$(realpath "${EDGE_SHARED:-../shared}")
if [ ! -d "$shared/models" ]; then echo "SKIPPED: the folder 'shared' is not beside the repository"; exit 0; fi
tools/prepare.sh
out=artifacts/birds birds=$shared/images/birds
rm -rf $out; mkdir -p $out
for project in src/Edge.Training src/Edge.Quantizer; do dotnet build "$project" -c Release --nologo -v q; done
train() { dotnet src/Edge.Training/bin/Release/net10.0/edge-train.dll "$@"; }

quantize() { # run
    dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll quantize "$1/model.onnx" --preprocessing "$1/preprocessing.json" \
        --labels "$1/labels.txt" --calibration "$shared/images/calib" --sensitivity-images 0 -o "$1/model.edge" >"$1.quantize.txt"
}
study() { # title, model, preprocessing
    local run=$out/$2
    answers() { train evaluate "$1" --data "$birds" --held-out "${division[@]}" | tail -n 1; }
    local division=(--train-per-class 3 --seed 1) start=$SECONDS
    train finetune "$shared/models/$2.onnx" --preprocessing "$3" --data "$birds" "${division[@]}" --splits 5 --probes -o "$run" \
        >"$run.txt"
    local seconds=$((SECONDS - start))
    train fit "$run/model.onnx" --data "$birds" "${division[@]}" --epochs 0 --qat-epochs 2 --lr 0.0003 --batch 16 --augment light -o "$run-aware" \
        >"$run-aware.txt"
    quantize "$run"
    quantize "$run-aware"
    echo "## $1"
    echo
    echo '```'
    grep -vE '^(wrote|next:)' "$run.txt" | sed 's| *$||'
    echo '```'
    echo
    echo "All five divisions together took $seconds seconds. The network of the first one, on its 168 validation images, as it is and after two"
    echo "quantization-aware epochs over its 252 training images. These validation images chose the better epoch, or none, and the learning rate,"
    echo "so they flatter those rows:"
    echo
    echo "| network | answers |"
    echo "| --- | --- |"
    echo "| float | $(answers "$run/model.onnx") |"
    echo "| int8, quantized after training | $(answers "$run/model.edge") |"
    echo "| float, after quantization-aware training | $(answers "$run-aware/model.onnx") |"
    echo "| int8, after quantization-aware training | $(answers "$run-aware/model.edge") |"
    echo
}

{
    echo "# Birds: 84 species, 3 photographs of each to learn from, 2 to validate"
    echo
    echo "Written by \`tools/birds.sh\` with \`edge-train finetune\`: a new last layer on frozen features, beside two simpler classifiers of the"
    echo "same features. Chance is 1.2 %. int8 is calibrated on other photographs."
    echo
    study "From MobileNet v2 trained on iNaturalist's birds" mobilenet_v2_1.0_224_inat_birds imagenet-tflite-224-stretch
    study "From MobileNet v2 trained on ImageNet" mobilenet_v2_1.0_224 imagenet-tf-224-stretch
} >$out/results.md
mv $out/results.md docs/BIRDS.md
cat docs/BIRDS.md
