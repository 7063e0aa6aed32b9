#!/usr/bin/env bash
# The network of tools/fashion-mnist.sh in a thirtieth of its size: pruned while it trains on, trained again as it is then, its weights
# shared and trained on, packed; the network as it was teaches all of them. Writes docs/FASHION-MNIST-SMALL.md. The test images decide
# nothing. More than an hour on two idle cores; goes on where it was stopped.
# usage: tools/fashion-mnist-small.sh [share of weights to keep] [bits]
set -euo pipefail
cd "$(dirname "$0")/.."
keep=${1:-0.083} bits=${2:-4}
images=/usr/share/datasets/fashion-mnist start=artifacts/fashion-mnist/float out=artifacts/fashion-mnist/small
[ -e $start/model.onnx ] || tools/fashion-mnist.sh
for project in src/Edge.Training src/Edge.Quantizer; do dotnet build "$project" -c Release --nologo -v q; done
train() { dotnet src/Edge.Training/bin/Release/net10.0/edge-train.dll "$@"; }
go() { # run, then the command
    local run=$1; shift
    if [ -e "$run/model.onnx" ]; then return; fi
    if [ -e "$run/checkpoint" ]; then train resume "$run"; return; fi
    train "$@" --data $images/train-images-idx3-ubyte.gz --validation 0.05 --batch 128 --optimizer adamw --weight-decay 0.001 \
        --augment shift=0.04 --distill 0.8 --teacher $start/model.onnx --seed 1 -o "$run"
}
accuracy() { # of 10,000 images, so that two digits behind the point are exact
    train evaluate "$1" --data $images/t10k-images-idx3-ubyte.gz --json | node -p '(100 * JSON.parse(require("fs").readFileSync(0)).accuracy).toFixed(2)'
}

go $out/pruned prune $start/model.onnx --keep "$keep" --epochs 24 --lr 0.003
go $out/settled prune $out/pruned/model.onnx --keep "$keep" --epochs 16 --lr 0.002
go $out/again prune $out/settled/model.onnx --keep "$keep" --epochs 24 --lr 0.002
go $out/shared share $out/again/model.onnx --bits "$bits" --epochs 4 --lr 0.0005
dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll compress $out/shared/model.onnx --share "$bits" --entropy \
    --preprocessing $out/shared/preprocessing.json --labels $out/shared/labels.txt --calibration $out/shared/calibration -o $out/small.edge
float=$(stat -c %s $start/model.onnx) small=$(stat -c %s $out/small.edge)
{
    echo "# Fashion-MNIST, small"
    echo
    echo "Written by \`tools/fashion-mnist-small.sh $keep $bits\`: the network of FASHION-MNIST.md pruned to $keep of its weights while it"
    echo "trains on for 24 epochs and, as it is then, for 16 and 24 more, shared to $bits bits and trained for 4, packed as int8 with entropy coding:"
    echo "$float bytes become $small, $(node -p "($float / $small).toFixed(1)") times fewer. Accuracy on the 10,000 test images:"
    echo
    echo "| network | accuracy, % |"
    echo "| --- | --: |"
    echo "| float | $(accuracy $start/model.onnx) |"
    echo "| pruned | $(accuracy $out/pruned/model.onnx) |"
    echo "| trained again | $(accuracy $out/settled/model.onnx) |"
    echo "| and once more | $(accuracy $out/again/model.onnx) |"
    echo "| shared | $(accuracy $out/shared/model.onnx) |"
    echo "| packed, int8 | $(accuracy $out/small.edge) |"
} >$out/results.md
mv $out/results.md docs/FASHION-MNIST-SMALL.md
cat docs/FASHION-MNIST-SMALL.md
