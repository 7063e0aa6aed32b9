#!/usr/bin/env bash
# The traffic signs quantized after training (PTQ) and after quantization-aware training (QAT), side by side: takes the float network
# that models/signs/make.sh trains (and runs it where it has not), trains it for one quantization-aware epoch over 30,000 new pictures,
# and writes what each reaches on the 6,000 pictures of the held-out style to docs/SIGNS.md. These decide nothing. Ten minutes on two
# cores after make.sh; goes on where it was stopped.
# usage: tools/signs-quantization.sh
set -euo pipefail
cd "$(dirname "$0")/.."
data=artifacts/signs float=artifacts/signs/run aware=artifacts/signs/qat labels=models/signs/labels.txt
[ -e $float/model.onnx ] || models/signs/make.sh
for project in tools/Edge.SignRenderer src/Edge.Training src/Edge.Quantizer; do dotnet build "$project" -c Release --nologo -v q; done
train() { dotnet src/Edge.Training/bin/Release/net10.0/edge-train.dll "$@"; }

[ -e $data/qat-labels-idx1-ubyte ] || dotnet tools/Edge.SignRenderer/bin/Release/net10.0/edge-signs.dll render -o $data --name qat \
    --count 30000 --size 48 --seed 3
if [ -e $aware/model.onnx ]; then :
elif [ -e $aware/checkpoint ]; then train resume $aware
else
    train fit $float/model.onnx --data $data/qat-images-idx4-ubyte --class-names $labels --resize stretch --validation 0.05 \
        --epochs 0 --qat-epochs 1 --batch 64 --optimizer adamw --lr 0.0001 --label-smoothing 0.05 --augment shift=0.06,color=0.15 --seed 1 \
        -o $aware
fi

row() { # form, model
    echo "| $1 | $(train evaluate "$2" --data $data/heldout-images-idx4-ubyte --class-names $labels | tail -n 1) | $3 |"
}
quantize() { # run; prints the signal to noise of its logits
    dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll quantize "$1/model.onnx" --preprocessing "$1/preprocessing.json" \
        --labels "$1/labels.txt" --calibration $float/calibration --sensitivity-images 0 -o "$1/model.edge" --json |
        node -p 'JSON.parse(require("fs").readFileSync(0)).accuracy.logitSqnr.toFixed(1)'
}
after=$(quantize $float) trained=$(quantize $aware)
{
    echo "# Traffic signs, quantized after training and aware of it"
    echo
    echo "Written by \`tools/signs-quantization.sh\`: the network of models/signs, and the same after one quantization-aware epoch over 30,000"
    echo "more pictures, on 6,000 pictures of the held-out style, which trained and chose nothing. Where that epoch is no better on the 5 % of its"
    echo "pictures that are held back, the weights stay those it began with, and the last two rows repeat the first. Signal to noise: int8 logits"
    echo "against the same network's float logits on calibration pictures."
    echo
    echo "| network | answers | logits, dB |"
    echo "| --- | --- | --: |"
    row "float" $float/model.onnx ""
    row "int8, quantized after training" $float/model.edge "$after"
    row "float, after quantization-aware training" $aware/model.onnx ""
    row "int8, after quantization-aware training" $aware/model.edge "$trained"
} >$data/quantization.md
mv $data/quantization.md docs/SIGNS.md
cat docs/SIGNS.md
