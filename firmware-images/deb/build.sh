#!/usr/bin/env bash
# Builds the Debian package of edge-camera: publishes the program with NativeAOT and packs it with debhelper.
# usage: firmware-images/deb/build.sh [amd64|arm64] [folder for the .deb, default artifacts/deb]
#   EdgeCameraBaseline=true: an amd64 program without AVX2     EDGE_CAMERA_BINARY: a published program, in place of publishing one
#   arm64 on another architecture is linked by clang with Debian's cross binutils and C library (gcc-aarch64-linux-gnu,
#   libc6-dev-arm64-cross), and needs net10.0's packs for linux-arm64 on the package feed
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
framework=net9.0 cross=()
[ "${FullFeed:-}" != true ] || framework=net10.0
# Feeds that lack packs have those of linux-arm64 for net10.0 alone, so nothing is restored for another framework.
if [ "$arch" = arm64 ]; then framework=net10.0 cross=(-p:TargetFrameworks=net10.0 -p:WarningsNotAsErrors=NU1510); fi
if [ "$arch" = arm64 ] && [ "$(dpkg --print-architecture)" != arm64 ] && [ -z "${EDGE_CAMERA_BINARY:-}" ]; then
    for tool in clang aarch64-linux-gnu-ld aarch64-linux-gnu-objcopy; do
        command -v $tool >/dev/null || {
            echo "build.sh: there is no $tool to link for arm64; apt-get install clang gcc-aarch64-linux-gnu libc6-dev-arm64-cross" >&2; exit 1; }
    done
    cross+=(-p:CppCompilerAndLinker=clang -p:ObjCopyName=aarch64-linux-gnu-objcopy)
fi
work=$out/build-$arch
rm -rf "$work"; mkdir -p "$work/bin"
if [ -n "${EDGE_CAMERA_BINARY:-}" ]; then
    cp "$EDGE_CAMERA_BINARY" "$work/bin/edge-camera"
else
    dotnet publish src/Edge.Camera -c Release -f $framework -r $rid -p:EdgeCameraPie=true "${cross[@]}" -o "$work/publish" --nologo -v q | tee "$work/publish.log" || {
        ! grep -qE "NU110[12]" "$work/publish.log" || echo "build.sh: the package feed lacks the packs named above; take nuget.org, or name a program by EDGE_CAMERA_BINARY" >&2
        exit 1; }
    cp "$work/publish/edge-camera" "$work/bin/"
fi
cp -r firmware-images/deb/debian firmware-images/deb/edge.json firmware-images/deb/edge-camera.1 firmware-images/deb/edge-camera.modules-load "$work/"
[ "$arch" != amd64 ] || [ "${EdgeCameraBaseline:-}" = true ] || cp firmware-images/deb/edge-camera.avx2.conf "$work/"
(cd "$work" && dpkg-buildpackage --build=binary --no-sign --host-arch "$arch" --no-check-builddeps >build.log 2>&1) || { tail -n 30 "$work/build.log" >&2; exit 1; }
ls -l "$out"/edge-camera_*_"$arch".deb
