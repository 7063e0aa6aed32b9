#!/usr/bin/env bash
# The pictures that the virtual camera shows: signs of samples/ in the middle of 1280×720, raw.
# usage: camera-frames.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v ffmpeg >/dev/null || { echo "camera-frames.sh: there is no ffmpeg; apt-get install ffmpeg" >&2; exit 1; }
frame() {   # SAMPLE FORMAT EXTENSION
    ffmpeg -nostdin -v error -y -i samples/"$1"-*.jpg -vf "scale=720:720:out_color_matrix=bt709:out_range=tv,pad=1280:720:280:0:gray" \
        -frames:v 1 -pix_fmt "$2" -f rawvideo "$out/$1.$3"
}
out=$1
for sample in 12 13 14 17 40 43; do frame $sample yuyv422 yuyv; done
