#!/usr/bin/env bash
# Writes what tools/board/video.sh shows to the virtual cameras: a stop sign as raw frames and as a JPEG. Needs ffmpeg.
# usage: tools/board/video-frames.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:?usage: tools/board/video-frames.sh FOLDER}
mkdir -p "$folder"
picture() { # size, colours of the scaler, more options…
    ffmpeg -nostdin -v error -y -i samples/14-stop.jpg -frames:v 1 \
        -vf "scale=$1:force_original_aspect_ratio=decrease$2,pad=$1:-1:-1:gray" "${@:3}"
}
picture 1280:720 :out_color_matrix=bt709:out_range=limited -pix_fmt yuyv422 -f rawvideo "$folder/stop.yuyv"
picture 1280:720 :out_color_matrix=bt709:out_range=limited -pix_fmt nv12 -f rawvideo "$folder/stop.nv12"
picture 1280:720 "" -pix_fmt rgb24 -f rawvideo "$folder/stop.rgb24"
picture 640:480 :out_range=full -pix_fmt yuvj420p -q:v 3 "$folder/stop.jpg"
