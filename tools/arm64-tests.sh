#!/usr/bin/env bash
# Runs the runtime's tests on ARM64 in emulation, on a core with the dot-product extension and on one without: every kernel form
# against the scalar reference, and every trained network against vectors that the scalar kernels recorded on this machine. Then
# those of camera frames, whose vectors are the same on every core.
# Needs ../shared (or EDGE_SHARED). Ends with "N passed, N failed, N skipped" over all runs. usage: tools/arm64-tests.sh
set -uo pipefail
cd "$(dirname "$0")/.."
shared=${EDGE_SHARED:-../shared}
[ -d "$shared/arm64" ] || { echo "arm64-tests.sh: no $shared/arm64" >&2; exit 2; }
export ARM64RT=${ARM64RT:-/tmp/arm64rt}
vectors=$PWD/artifacts/vectors
tests() { echo "tests/Edge.$1.Tests/bin/Release/net10.0/Edge.$1.Tests.dll"; }

if [ ! -f "$ARM64RT/bin/xrun/xrun.dll" ]; then "$shared/arm64/setup.sh" || exit 1; fi
for name in Runtime Imaging; do dotnet build "tests/Edge.$name.Tests" -c Release --nologo -v q || exit 1; done

# Recorded anew whenever a network is missing: the packages are only as good as the quantizer that made them.
networks=$(find "$shared/models" -maxdepth 1 -name '*.onnx' | wc -l)
if [ "$(find "$vectors" -name '*.vectors' 2>/dev/null | wc -l)" != "$networks" ]; then
    dotnet build tests/Edge.EndToEnd -c Release --nologo -v q || exit 1
    EDGE_WRITE_VECTORS=$vectors dotnet test tests/Edge.EndToEnd -c Release --no-build --nologo \
        --filter FullyQualifiedName~All_kernel_forms_give_the_scalar_bytes || exit 1
fi

# One run of tests on a core model; sets p, f and s. The emulator's code cache goes stale when .NET reuses memory of compiled
# code, which shows as stray null references: hence no tiers and no W^X.
run() { # log, core, tests, parts of their names
    local log=$1 cpu=$2
    "$shared/arm64/run.sh" --cpu "$cpu" --env DOTNET_TieredCompilation=0 --env DOTNET_EnableWriteXorExecute=0 \
        --env EDGE_VECTORS="$vectors" "$ARM64RT/bin/xrun/xrun.dll" "${@:3}" 2>&1 | tee "$log"
    read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -n 1) || { p=0 f=1 s=0; }
}

suite() { # title, core, tests, parts of their names
    local title=$1 started=$SECONDS
    echo; echo "== $title"
    run "artifacts/arm64-$title.log" "${@:2}"
    if [ "$f" != 0 ]; then
        echo "$title: $f failed, or the run did not reach its end; once more, to tell the code from the emulator"
        run "artifacts/arm64-$title-again.log" "${@:2}"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$title: $((SECONDS - started)) s"
}

passed=0 failed=0 skipped=0
for cpu in cortex-a72 neoverse-n1; do suite "$cpu" "$cpu" "$(tests Runtime)"; done
suite frames cortex-a72 "$(tests Imaging)" FramePreprocessorTests ColourTests GuardPageTests HostileFrameTests

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
