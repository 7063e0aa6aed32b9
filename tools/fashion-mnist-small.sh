#!/usr/bin/env bash
# The network of tools/fashion-mnist.sh in a thirtieth of its size: pruned while it trains on, its weights shared and trained on,
# packed. Writes docs/FASHION-MNIST-SMALL.md. The test images decide nothing. About half an hour on two idle cores; goes on where it
# was stopped.
# usage: tools/fashion-mnist-small.sh [share of weights to keep] [bits]
set -euo pipefail
cd "$(dirname "$0")/.."
keep=${1:-0.07} bits=${2:-4}
images=/usr/share/datasets/fashion-mnist start=artifacts/fashion-mnist/float out=artifacts/fashion-mnist/small
[ -e $start/model.onnx ] || tools/fashion-mnist.sh
for project in src/Edge.Training src/Edge.Quantizer; do dotnet build "$project" -c Release --nologo -v q; done
train() { dotnet src/Edge.Training/bin/Release/net10.0/edge-train.dll "$@"; }
go() { # run, then the command
    local run=$1; shift
    if [ -e "$run/model.onnx" ]; then return; fi
    if [ -e "$run/checkpoint" ]; then train resume "$run"; return; fi
    train "$@" --data $images/train-images-idx3-ubyte.gz --validation 0.05 --batch 128 --optimizer adamw --weight-decay 0.01 \
        --augment shift=0.08,flip --seed 1 -o "$run"
}
accuracy() { train evaluate "$1" --data $images/t10k-images-idx3-ubyte.gz | tail -n 1; }

go $out/pruned prune $start/model.onnx --keep "$keep" --epochs 36 --lr 0.003 --label-smoothing 0.05
go $out/shared share $out/pruned/model.onnx --bits "$bits" --epochs 4 --lr 0.0003
dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll compress $out/shared/model.onnx --share "$bits" --entropy \
    --preprocessing $out/shared/preprocessing.json --labels $out/shared/labels.txt --calibration $out/shared/calibration -o $out/small.edge
float=$(stat -c %s $start/model.onnx) small=$(stat -c %s $out/small.edge)
{
    echo "# Fashion-MNIST, small"
    echo
    echo "Written by \`tools/fashion-mnist-small.sh $keep $bits\`: the network of FASHION-MNIST.md pruned to $keep of its weights while it"
    echo "trains on for 36 epochs, shared to $bits bits, packed as int8 with entropy coding: $float bytes become $small, $((float / small)) times fewer."
    echo
    echo "| network | test images |"
    echo "| --- | --- |"
    echo "| float | $(accuracy $start/model.onnx) |"
    echo "| pruned | $(accuracy $out/pruned/model.onnx) |"
    echo "| shared | $(accuracy $out/shared/model.onnx) |"
    echo "| packed, int8 | $(accuracy $out/small.edge) |"
} >$out/results.md
mv $out/results.md docs/FASHION-MNIST-SMALL.md
cat docs/FASHION-MNIST-SMALL.md
