#!/usr/bin/env bash
# Proves edge-camera on a virtual x64 board (../shared/vm): Debian's kernel in QEMU with virtual cameras and simulated GPIO lines. One
# line per proof, "ok …" or "FAILED …", and their sums; exit code 1 when any failed. Without ../shared it says so and ends.
# usage: tools/board-tests.sh [--systemd] [-o docs/BOARD.md] [part…]
#   parts, all where none is named: gpio (lines and buttons), camera (photographs drive lines), video (formats and faults of drivers),
#     check (what edge-camera check finds), frames (rate, drops and memory over 2,000 frames), cpu (a processor without AVX2)
#     lint (the Debian package, by Debian's checker; not among "all")
#   --systemd: lint, and the package in boards with systemd: from installation to purge, and on a processor without AVX2
#   -o FILE: writes what the last run of every part has shown; with no part and no --systemd it runs nothing
#   EDGE_CAMERA_BINARY: a published program, in place of publishing one      EDGE_CAMERA_DEB: a built package
set -uo pipefail
cd "$(dirname "$0")/.."
all=(gpio camera video check frames cpu) parts=() systemd='' report='' status=0
work=artifacts/board
while [ $# -gt 0 ]; do case $1 in
    --systemd) systemd=1 ;;
    -o) report=${2:?-o needs a file}; shift ;;
    gpio | camera | video | check | frames | cpu | lint) parts+=("$1") ;;
    *) sed -n '4,11s/^# //p' "$0" >&2; exit 2 ;;
esac; shift; done
vm=${EDGE_SHARED:-../shared}/vm/vm-x64.sh
if [ ! -x "$vm" ]; then echo "SKIPPED: the virtual board's tests, the folder 'shared' is not beside the repository"; exit 0; fi
[ -n "$systemd$report" ] || [ ${#parts[@]} -gt 0 ] || parts=("${all[@]}")

# board FOLDER MODE SECONDS SCRIPT [OPTION…]: runs tools/board/SCRIPT.sh in the board, in $work/FOLDER; its log is $work/SCRIPT.log.
board() {
    cp tools/board/proofs.sh "tools/board/$4.sh" "$work/$1/"
    local code attempt
    for attempt in 1 2 3; do
        "$vm" -m "$2" -s "$work/$1" -t "$3" "${@:5}" -- "LD_LIBRARY_PATH=/mnt/share bash ./$4.sh" 2>&1 | tee "$work/$4.log"
        code=${PIPESTATUS[0]}
        # On a busy machine the emulated kernel may miss its timer and stop before it has begun.
        [ "$code" = 125 ] && ! grep -qE '^(ok|FAILED)' "$work/$4.log" || break
        echo "the board did not start (attempt $attempt)"
    done
    [ "$code" = 0 ] || status=1
    # A board that ended before its script did has proven nothing about the rest.
    [ "$code" -le 1 ] || echo "FAILED $4: the board ended with $code" | tee -a "$work/$4.log"
}

# The board has no image libraries; those of this machine lie beside the program.
program() {
    rm -rf "${work:?}/$1"; mkdir -p "$work/$1"
    cp "$binary" "$work/$1/edge-camera"
    local library; for library in libturbojpeg.so.0 libpng16.so.16 libz.so.1; do
        cp -L "$(ldconfig -p | awk -v name=$library '$1 == name { print $NF; exit }')" "$work/$1/" || exit 1
    done
}

# pictures PART PATTERN: what the part's cameras show, made once.
pictures() {
    [ -d $work/pictures ] || { mkdir -p $work/pictures && tools/board/pictures.sh $work/pictures; } || exit 1
    cp $work/pictures/$2 "$work/$1/"
}

# The package, a later one of it whose configuration is another, and the libraries that it depends on.
packages() {
    local to=$work/systemd next=$work/systemd/next
    rm -rf "$to"; mkdir -p "$to"
    cp "$1" "$to/edge-camera.deb"
    dpkg-deb -R "$1" "$next"
    sed -i 's/^Version: .*/&+next/' "$next/DEBIAN/control"
    echo '// of the later package' >>"$next/etc/edge-camera/edge.json"
    (cd "$next" && find usr etc -type f -exec md5sum {} + >DEBIAN/md5sums)
    dpkg-deb --root-owner-group -b "$next" "$to/edge-camera-next.deb" >/dev/null && rm -r "$next"
    mkdir "$to/libs" && (cd "$to/libs" && apt-get -qq -o APT::Sandbox::User=root download libturbojpeg0 libpng16-16)
}

# Names the package in $deb, built where none is named.
package() {
    if [ -z "${EDGE_CAMERA_DEB:-}" ]; then firmware-images/deb/build.sh amd64 artifacts/deb || exit 1; fi
    deb=${EDGE_CAMERA_DEB:-$(ls -t artifacts/deb/edge-camera_*_amd64.deb | head -1)}
}

# The Debian checker over the package.
lint() {
    . tools/board/proofs.sh
    clean() { local found; found=$(lintian --allow-root --fail-on error,warning "$1" 2>&1) && [ -z "$found" ] || { echo "$found"; return 1; }; }
    prove "lintian finds nothing in the package" clean "$1" >$work/lint.log
    cat $work/lint.log
    [ "$failed" = 0 ] || status=1
}

# What the last runs have shown, as a page.
write_report() {
    local part log to
    to=$(mktemp) || exit 1
    {
        echo "# edge-camera on a virtual board"
        echo
        echo "Written by \`tools/board-tests.sh\` and \`tools/board-tests.sh --systemd -o docs/BOARD.md\`: Debian's own kernel in QEMU, which emulates two x64"
        echo "cores with AVX2 in software, with the kernel's virtual cameras (vivid, v4l2loopback) and simulated GPIO lines (gpio-sim). What is"
        echo "proven is the program and the package; how fast it is, a board tells (\`edge-camera bench\`)."
        echo
        echo "## 2,000 frames of the built-in model"
        echo
        echo "One thread, the web page on. The emulated cores do the drivers' work, too. Memory is VmRSS, as the board's kernel tells it, and in"
        echo "brackets the program's own (RssAnon): the rest is files, of which pages come in as they are used."
        echo
        echo "| camera | captured | looked at | passed over | lost | frames/s | network, ms | RSS at first | at last | peak | allocated by the loop |"
        echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        awk -F '\t' '$1 == "figure" { printf "| %s | %d | %d | %d | %d | %s | %s | %d KiB (%d) at frame %d | %d KiB (%d) | %d KiB | %d bytes |\n",
            $2, $3, $4, $5, $6, $7, $8, $9, $13, $15, $10, $14, $11, $12 }' $work/frames.log 2>/dev/null
        for part in "${all[@]}" systemd old-cpu lint; do
            log=$work/$part.log
            [ -f "$log" ] || continue
            echo; echo "## $part: $(grep -c '^ok' "$log") passed, $(grep -c '^FAILED' "$log") failed"; echo
            sed -nE 's/^(ok|FAILED) ( *)(.*)/\2- \1 \3/p' "$log" | sed -E 's/- ok /- /; s/- FAILED /- **FAILED** /'
        done
    } >"$to"
    chmod 644 "$to"; mv "$to" "$report"
}

ran=()
if [ -n "$systemd" ]; then
    package
    lint "$deb"
    packages "$deb" || exit 1
    board systemd systemd 3600 systemd
    board systemd systemd 1800 old-cpu -c Nehalem
    ran+=(lint systemd old-cpu)
fi

needs_program=; for part in "${parts[@]}"; do [ "$part" = lint ] || needs_program=1; done
if [ -n "$needs_program" ]; then
    binary=${EDGE_CAMERA_BINARY:-$work/publish/edge-camera}
    if [ -z "${EDGE_CAMERA_BINARY:-}" ]; then
        dotnet publish src/Edge.Camera -c Release -f net9.0 -r linux-x64 -o "$work/publish" --nologo -v q || exit 1
    fi
fi
for part in "${parts[@]}"; do
    ran+=("$part")
    if [ "$part" = lint ]; then package; lint "$deb"; continue; fi
    program "$part"
    case $part in
        camera) pictures camera '*' ;;
        check) pictures check 14.jpg && mv "$work/check/14.jpg" "$work/check/stop.jpg" ;;
    esac
    if [ "$part" = cpu ]; then board cpu quick 300 cpu -c Nehalem; else board "$part" quick 4800 "$part"; fi
done
[ -z "$report" ] || write_report
[ ${#ran[@]} -gt 0 ] || exit $status
logs=("${ran[@]/%/.log}"); logs=("${logs[@]/#/$work/}")
echo "$(cat "${logs[@]}" | grep -c '^ok') passed, $(cat "${logs[@]}" | grep -c '^FAILED') failed"
exit $status
