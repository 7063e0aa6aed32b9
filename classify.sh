#!/usr/bin/env bash
# Classifies photographs with edge-camera as one native file, on a fresh machine: installs what Edge needs (tools/prepare.sh lists it;
# Debian packages through apt-get) and publishes the program. Given trained weights, quantizes them first.
# usage: ./classify.sh [PHOTOS]                                            the built-in traffic signs, on samples/ or your own
#        ./classify.sh MODEL.onnx PREPROCESSING PHOTOS [LABELS.txt [OFFSET]]   your own network
#   PREPROCESSING  a preset (imagenet-caffe-227, imagenet-tf-224, imagenet-tflite-224, imagenet-torchvision-224, …) or a JSON file
#   PHOTOS         folder of JPEG or PNG files; those for your own network also serve for calibration
set -euo pipefail
if [ $# -eq 2 ] || [ $# -gt 5 ] || [[ ${1:-} = -* ]]; then sed -n '2,8s/^# //p' "$0" >&2; exit 2; fi
case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "classify.sh: no NativeAOT for $(uname -m)" >&2; exit 1 ;;
esac

model=()
if [ $# -ge 3 ]; then
    weights=$(realpath "$1") photos=$(realpath "$3") preprocessing=$2 labels=${4:+$(realpath "$4")} offset=${5:-0}
    [ ! -f "$preprocessing" ] || preprocessing=$(realpath "$preprocessing")
else
    photos=$(realpath "${1:-$(dirname "$0")/samples}")
fi
cd "$(dirname "$0")"
tools/prepare.sh
if [ $# -ge 3 ]; then
    model=(artifacts/"$(basename "${weights%.onnx}")".edge)
    mkdir -p artifacts
    dotnet run -c Release --project src/Edge.Quantizer -- quantize "$weights" --calibration "$photos" --preprocessing "$preprocessing" \
        ${labels:+--labels "$labels" --label-offset "$offset"} --sensitivity-images 0 -o "${model[0]}"
fi
dotnet publish src/Edge.Camera -c Release -f net9.0 -r "$rid" -o artifacts/edge-camera --nologo -v q
artifacts/edge-camera/edge-camera classify ${model[@]+"${model[@]}"} "$photos" --top 1
