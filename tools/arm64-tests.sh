#!/usr/bin/env bash
# Runs the runtime's tests on ARM64 in emulation, on a core with the dot-product extension and on one without: every kernel form
# against the scalar reference, and every trained network against vectors that the scalar kernels recorded on this machine.
# Needs ../shared (or EDGE_SHARED). Ends with "N passed, N failed, N skipped" over both cores. usage: tools/arm64-tests.sh
set -uo pipefail
cd "$(dirname "$0")/.."
shared=${EDGE_SHARED:-../shared}
[ -d "$shared/arm64" ] || { echo "arm64-tests.sh: no $shared/arm64" >&2; exit 2; }
export ARM64RT=${ARM64RT:-/tmp/arm64rt}
vectors=$PWD/artifacts/vectors
tests=tests/Edge.Runtime.Tests/bin/Release/net10.0/Edge.Runtime.Tests.dll

if [ ! -f "$ARM64RT/bin/xrun/xrun.dll" ]; then "$shared/arm64/setup.sh" || exit 1; fi
dotnet build tests/Edge.Runtime.Tests -c Release --nologo -v q || exit 1

# Recorded anew whenever a network is missing: the packages are only as good as the quantizer that made them.
networks=$(find "$shared/models" -maxdepth 1 -name '*.onnx' | wc -l)
if [ "$(find "$vectors" -name '*.vectors' 2>/dev/null | wc -l)" != "$networks" ]; then
    dotnet build tests/Edge.EndToEnd -c Release --nologo -v q || exit 1
    EDGE_WRITE_VECTORS=$vectors dotnet test tests/Edge.EndToEnd -c Release --no-build --nologo \
        --filter FullyQualifiedName~All_kernel_forms_give_the_scalar_bytes || exit 1
fi

# One run of all tests on a core model; sets p, f and s. The emulator's code cache goes stale when .NET reuses memory of compiled
# code, which shows as stray null references: hence no tiers and no W^X.
run() { # core log
    "$shared/arm64/run.sh" --cpu "$1" --env DOTNET_TieredCompilation=0 --env DOTNET_EnableWriteXorExecute=0 \
        --env EDGE_VECTORS="$vectors" "$ARM64RT/bin/xrun/xrun.dll" "$tests" 2>&1 | tee "$2"
    read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$2" | tail -n 1) || { p=0 f=1 s=0; }
}

passed=0 failed=0 skipped=0
for cpu in cortex-a72 neoverse-n1; do
    echo; echo "== $cpu"
    started=$SECONDS log=artifacts/arm64-$cpu.log
    run "$cpu" "$log"
    if [ "$f" != 0 ]; then
        echo "$cpu: $f failed, or the run did not reach its end; once more, to tell the code from the emulator"
        run "$cpu" "artifacts/arm64-$cpu-again.log"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$cpu: $((SECONDS - started)) s"
done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
