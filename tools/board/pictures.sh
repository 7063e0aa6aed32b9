#!/usr/bin/env bash
# What the virtual cameras show: signs of samples/ and a street without one, in the middle of 640×480, as raw frames and as JPEGs.
# usage: tools/board/pictures.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v ffmpeg >/dev/null || { echo "pictures.sh: there is no ffmpeg; apt-get install ffmpeg" >&2; exit 1; }
out=${1:?usage: pictures.sh FOLDER}
frame() {   # SAMPLE, EXTENSION, colours for the scaler, more options…
    ffmpeg -nostdin -v error -y -i samples/"$1"-*.jpg -frames:v 1 -vf "scale=480:480$3,pad=640:480:-1:-1:gray" "${@:4}" "$out/$1.$2"
}
for sample in 12 13 14 17 40 43; do
    frame $sample yuyv :out_color_matrix=bt709:out_range=tv -pix_fmt yuyv422 -f rawvideo
    frame $sample nv12 :out_color_matrix=bt709:out_range=tv -pix_fmt nv12 -f rawvideo
    frame $sample rgb24 '' -pix_fmt rgb24 -f rawvideo
    frame $sample jpg :out_range=full -pix_fmt yuvj420p -q:v 3 -f mjpeg
done
