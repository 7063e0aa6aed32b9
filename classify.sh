#!/usr/bin/env bash
# From trained weights to answers, on a fresh machine: installs what Edge needs (tools/prepare.sh lists it; Debian packages through
# apt-get), quantizes the model, publishes edge-camera as one native file and classifies the photographs with it.
# usage: ./classify.sh MODEL.onnx PREPROCESSING PHOTOS [LABELS.txt [OFFSET]]
#   PREPROCESSING  a preset (imagenet-caffe-227, imagenet-tf-224, imagenet-tflite-224, imagenet-torchvision-224, …) or a JSON file
#   PHOTOS         folder of JPEG or PNG files; they also serve for calibration
set -euo pipefail
if [ $# -lt 3 ] || [ $# -gt 5 ]; then sed -n '2,7s/^# //p' "$0" >&2; exit 2; fi
model=$(realpath "$1") photos=$(realpath "$3") preprocessing=$2 labels=${4:+$(realpath "$4")} offset=${5:-0}
[ ! -f "$preprocessing" ] || preprocessing=$(realpath "$preprocessing")
cd "$(dirname "$0")"
tools/prepare.sh
package=artifacts/$(basename "${model%.onnx}").edge
mkdir -p artifacts
dotnet run -c Release --project src/Edge.Quantizer -- quantize "$model" --calibration "$photos" --preprocessing "$preprocessing" \
    ${labels:+--labels "$labels" --label-offset "$offset"} --sensitivity-images 0 -o "$package"
case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "classify.sh: no NativeAOT for $(uname -m)" >&2; exit 1 ;;
esac
dotnet publish src/Edge.Camera -c Release -f net9.0 -r "$rid" -o artifacts/edge-camera --nologo -v q
artifacts/edge-camera/edge-camera classify "$package" "$photos" --top 1
