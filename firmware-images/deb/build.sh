#!/usr/bin/env bash
# Builds the Debian package of edge-camera: publishes the program with NativeAOT and packs it with debhelper. arm64 needs a package feed
# with the linux-arm64 NativeAOT packs (FullFeed=true) and an arm64 linker, or a program built elsewhere, named by EDGE_CAMERA_BINARY.
# usage: firmware-images/deb/build.sh [amd64|arm64] [folder for the .deb, default artifacts/deb]
set -euo pipefail
cd "$(dirname "$0")/../.."
arch=${1:-$(dpkg --print-architecture)} out=${2:-artifacts/deb}
case $arch in
    amd64) rid=linux-x64 ;;
    arm64) rid=linux-arm64 ;;
    *) echo "build.sh: architecture $arch: expected amd64 or arm64" >&2; exit 2 ;;
esac
if ! command -v dh >/dev/null; then
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get install -y -qq --no-install-recommends debhelper dpkg-dev >/dev/null
fi
framework=net9.0; [ "${FullFeed:-}" = true ] && framework=net10.0
work=$out/build-$arch
rm -rf "$work"; mkdir -p "$work/bin"
if [ -n "${EDGE_CAMERA_BINARY:-}" ]; then
    cp "$EDGE_CAMERA_BINARY" "$work/bin/edge-camera"
else
    dotnet publish src/Edge.Camera -c Release -f $framework -r $rid -o "$work/publish" --nologo -v q
    cp "$work/publish/edge-camera" "$work/bin/"
fi
cp -r firmware-images/deb/debian firmware-images/deb/edge.json firmware-images/deb/edge-camera.1 firmware-images/deb/edge-camera.modules-load "$work/"
(cd "$work" && dpkg-buildpackage --build=binary --no-sign --host-arch "$arch" --no-check-builddeps >build.log 2>&1) || { tail -n 30 "$work/build.log" >&2; exit 1; }
ls -l "$out"/edge-camera_*_"$arch".deb
