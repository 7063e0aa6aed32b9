#!/usr/bin/env bash
# Makes models/signs.edge anew, from nothing but this repository: draws the signs, renders 150,000 pictures of them, trains a network,
# quantizes it and writes what it reaches on the held-out pictures to models/signs/RESULTS.md. Goes on where it was stopped.
# usage: models/signs/make.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/prepare.sh tests fonts-dejavu fonts-liberation fonts-roboto-unhinted
data=artifacts/signs run=artifacts/signs/run
for project in tools/Edge.SignRenderer src/Edge.Training src/Edge.Quantizer; do dotnet build "$project" -c Release --nologo -v q; done
signs() { dotnet tools/Edge.SignRenderer/bin/Release/net10.0/edge-signs.dll "$@"; }
train() { dotnet src/Edge.Training/bin/Release/net10.0/edge-train.dll "$@"; }
quantize() { dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll quantize "$@"; }

[ -e $data/train-labels-idx1-ubyte ] || signs render -o $data --count 150000 --size 48 --seed 1
[ -e $data/heldout-labels-idx1-ubyte ] || signs render -o $data --name heldout --style heldout --count 6000 --size 48 --seed 2
if [ -e $run/model.onnx ]; then :
elif [ -e $run/checkpoint ]; then train resume $run
else
    train fit resnet-small48 --data $data/train-images-idx4-ubyte --class-names models/signs/labels.txt --resize stretch \
        --validation 0.02 --epochs 4 --batch 64 --optimizer adamw --lr 0.003 --warmup 0.2 --weight-decay 0.02 --label-smoothing 0.05 \
        --augment shift=0.06,color=0.15 --seed 1 -o $run
fi

quantize $run/model.onnx --name "traffic signs" --preprocessing $run/preprocessing.json --labels $run/labels.txt \
    --calibration $run/calibration -o models/signs.edge
answers() { train evaluate "$1" --data $data/heldout-images-idx4-ubyte --class-names models/signs/labels.txt "${@:2}"; }
{
    echo "# What models/signs.edge reaches"
    echo
    echo "Written by \`models/signs/make.sh\`. 6,000 pictures in the held-out style: other fonts, wear, surroundings, cameras; none of them"
    echo "trained the network. Counted over 44 classes, \"none of these\" among them. Photographs may be easier or harder."
    echo
    echo "| network | answers |"
    echo "| --- | --- |"
    echo "| float | $(answers $run/model.onnx | tail -n 1) |"
    echo "| int8 | $(answers models/signs.edge | tail -n 1) |"
    echo
    echo '```'
    answers models/signs.edge
    echo '```'
} >artifacts/signs/RESULTS.md
mv artifacts/signs/RESULTS.md models/signs/RESULTS.md
ls -l models/signs.edge
