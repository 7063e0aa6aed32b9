#!/usr/bin/env bash
# Proves edge-camera on a virtual x64 board (../shared/vm): Debian's kernel in QEMU with a virtual camera and simulated GPIO lines. One
# line per proof, "ok …" or "FAILED …", and their sums; exit code 1 when any failed. Without ../shared it says so and ends.
# usage: tools/board-tests.sh [--systemd] [part…]
#   parts, all where none is named: gpio (lines and buttons), camera (photographs drive lines), video (formats and faults of drivers)
#   --systemd: the Debian package in a board with systemd instead
#   EDGE_CAMERA_BINARY: a published program, in place of publishing one      EDGE_CAMERA_DEB: a built package
set -uo pipefail
cd "$(dirname "$0")/.."
vm=${EDGE_SHARED:-../shared}/vm/vm-x64.sh
if [ ! -x "$vm" ]; then echo "SKIPPED: the virtual board's tests, the folder 'shared' is not beside the repository"; exit 0; fi
parts=() systemd=
for argument; do case $argument in
    --systemd) systemd=1 ;;
    gpio | camera | video) parts+=("$argument") ;;
    *) sed -n '4,7s/^# //p' "$0" >&2; exit 2 ;;
esac; done
[ ${#parts[@]} -gt 0 ] || parts=(gpio camera video)
work=artifacts/board
status=0

# board MODE SECONDS PART: runs tools/board/PART.sh in the board, in a folder that has what lies in $work/PART.
board() {
    cp tools/board/proofs.sh "tools/board/$3.sh" "$work/$3/"
    "$vm" -m "$1" -s "$work/$3" -t "$2" -- "LD_LIBRARY_PATH=/mnt/share bash ./$3.sh" 2>&1 | tee "$work/$3.log"
    [ "${PIPESTATUS[0]}" = 0 ] || status=1
}

# Ends with the sums of these parts.
finish() {
    local logs=("${@/%/.log}"); logs=("${logs[@]/#/$work/}")
    echo "$(cat "${logs[@]}" | grep -c '^ok') passed, $(cat "${logs[@]}" | grep -c '^FAILED') failed"
    exit $status
}

# The board has no image libraries; those of this machine lie beside the program.
program() {
    rm -rf "${work:?}/$1"; mkdir -p "$work/$1"
    cp "$binary" "$work/$1/edge-camera"
    local library; for library in libturbojpeg.so.0 libpng16.so.16 libz.so.1; do
        cp -L "$(ldconfig -p | awk -v name=$library '$1 == name { print $NF; exit }')" "$work/$1/" || exit 1
    done
}

# The package, a later one of it whose configuration is another, and the libraries that it depends on.
packages() {
    local to=$work/systemd next=$work/systemd/next
    cp "$1" "$to/edge-camera.deb"
    dpkg-deb -R "$1" "$next"
    sed -i 's/^Version: .*/&+next/' "$next/DEBIAN/control"
    echo '// of the later package' >>"$next/etc/edge-camera/edge.json"
    (cd "$next" && find usr etc -type f -exec md5sum {} + >DEBIAN/md5sums)
    dpkg-deb --root-owner-group -b "$next" "$to/edge-camera-next.deb" >/dev/null && rm -r "$next"
    mkdir "$to/libs" && (cd "$to/libs" && apt-get -qq -o APT::Sandbox::User=root download libturbojpeg0 libpng16-16)
}

if [ -n "$systemd" ]; then
    rm -rf "$work/systemd"; mkdir -p "$work/systemd"
    if [ -z "${EDGE_CAMERA_DEB:-}" ]; then firmware-images/deb/build.sh amd64 artifacts/deb || exit 1; fi
    packages "${EDGE_CAMERA_DEB:-$(ls -t artifacts/deb/edge-camera_*_amd64.deb | head -1)}" || exit 1
    board systemd 900 systemd
    finish systemd
fi

binary=${EDGE_CAMERA_BINARY:-$work/publish/edge-camera}
if [ -z "${EDGE_CAMERA_BINARY:-}" ]; then
    dotnet publish src/Edge.Camera -c Release -f net9.0 -r linux-x64 -o "$work/publish" --nologo -v q || exit 1
fi
for part in "${parts[@]}"; do
    program "$part"
    [ ! -x "tools/board/$part-frames.sh" ] || "tools/board/$part-frames.sh" "$work/$part" || exit 1
    board quick 900 "$part"
done
finish "${parts[@]}"
