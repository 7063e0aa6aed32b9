#!/usr/bin/env bash
# Fashion-MNIST from nothing to int8: trains a network of 126 k parameters, quantizes it after training and after quantization-aware
# training, and writes the accuracy of each on the 10,000 test images to docs/FASHION-MNIST.md. The test images decide nothing: 5 % of
# the training images validate. Half an hour on two cores; goes on where it was stopped.
# usage: tools/fashion-mnist.sh
set -euo pipefail
cd "$(dirname "$0")/.."
tools/prepare.sh tests dataset-fashion-mnist
images=/usr/share/datasets/fashion-mnist
out=artifacts/fashion-mnist
for project in src/Edge.Training src/Edge.Quantizer; do dotnet build "$project" -c Release --nologo -v q; done
train() { dotnet src/Edge.Training/bin/Release/net10.0/edge-train.dll "$@"; }
fit() { # run, then the arguments of edge-train fit
    local run=$1; shift
    if [ -e "$run/model.onnx" ]; then return; fi
    if [ -e "$run/checkpoint" ]; then train resume "$run"; return; fi
    train fit "$@" --data $images/train-images-idx3-ubyte.gz --validation 0.05 --batch 128 --optimizer adamw --weight-decay 0.05 \
        --label-smoothing 0.05 --augment shift=0.08,flip,cutout=0.25 --seed 1 -o "$run"
}
quantize() { # run
    dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll quantize "$1/model.onnx" --preprocessing "$1/preprocessing.json" \
        --labels "$1/labels.txt" --calibration "$1/calibration" -o "$1/model.edge" >"$1/quantize.log"
}
row() { # name, model
    echo "| $1 | $(train evaluate "$2" --data $images/t10k-images-idx3-ubyte.gz | tail -n 1) |"
}

fit $out/float squeezenet-micro --epochs 36 --lr 0.003
fit $out/qat $out/float/model.onnx --epochs 0 --lr 0.003 --qat-epochs 2
quantize $out/float
quantize $out/qat
{
    echo "# Fashion-MNIST"
    echo
    echo "Written by \`tools/fashion-mnist.sh\`: SqueezeNet with batch norm and simple bypass (\`squeezenet-micro\`), 36 epochs, then 2"
    echo "quantization-aware ones. int8 is the packed network as a device runs it."
    echo
    train summary squeezenet-micro | grep '^parameters'
    echo
    echo "| network | test images |"
    echo "| --- | --- |"
    row "float" $out/float/model.onnx
    row "int8, quantized after training" $out/float/model.edge
    row "float, after quantization-aware training" $out/qat/model.onnx
    row "int8, after quantization-aware training" $out/qat/model.edge
} >$out/results.md
mv $out/results.md docs/FASHION-MNIST.md
cat docs/FASHION-MNIST.md
