#!/usr/bin/env bash
# Installs what Edge needs beside the .NET SDK, each only where it is missing:
#   Debian packages   codecs (libturbojpeg0, libpng16-16), the linker of NativeAOT (clang, zlib1g-dev),
#                     with "tests" also ONNX's recorded test vectors (libonnx-testdata), rsvg-convert
#                     (librsvg2-bin), which draws the traffic signs, ffmpeg, which plays a camera, an MQTT
#                     broker (mosquitto) with its client library (libmosquitto1), and a browser for the page
#                     (chromium, chromium-driver)
#   npm package       onnxruntime-node, whose native library is the reference of evaluate and compare
# usage: tools/prepare.sh [tests] [PACKAGE...]   further Debian packages that a script needs
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(clang zlib1g-dev)
# Debian 13 renamed some libraries for 64-bit time.
for alternatives in "libturbojpeg0 libturbojpeg0t64" "libpng16-16 libpng16-16t64"; do
    chosen=
    for name in $alternatives; do
        if dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then chosen=$name; break; fi
    done
    for name in $alternatives; do
        [ -n "$chosen" ] || { apt-cache show "$name" >/dev/null 2>&1 && chosen=$name; }
    done
    packages+=("${chosen:-${alternatives%% *}}")
done
if [ "${1:-}" = tests ]; then
    packages+=(libonnx-testdata librsvg2-bin ffmpeg mosquitto libmosquitto1 chromium chromium-driver)
    shift
fi
packages+=("$@")

missing=()
for p in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "installing Debian packages: ${missing[*]}"
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get -o DPkg::Lock::Timeout=600 update -qq
    $sudo apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ ! -d tools/onnxruntime/node_modules/onnxruntime-node ]; then
    if command -v npm >/dev/null; then
        echo "installing ONNX Runtime (npm package onnxruntime-node)"
        (cd tools/onnxruntime && npm ci --ignore-scripts --silent --no-audit --no-fund)
    else
        echo "npm is missing: evaluate and compare will run without ONNX Runtime" >&2
    fi
fi
