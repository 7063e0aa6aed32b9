#!/usr/bin/env bash
# Publishes edge-camera with NativeAOT (linux-x64) and proves that it computes the same bytes as under the JIT: every digit of every
# answer on the photographs of ../shared/images/val with SqueezeNet 1.1, from its plain and its compressed package. Prints size,
# start-to-first-answer time and peak memory. Without ../shared it publishes only, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${EDGE_SHARED:-../shared}
out=artifacts/aot
mkdir -p "$out"
dotnet publish src/Edge.Camera -c Release -f net9.0 -r linux-x64 -o "$out/bin" --nologo -v q
native=$out/bin/edge-camera
echo "edge-camera: $(stat -c %s "$native") bytes"
"$native" --version

if [ ! -d "$shared/models" ]; then echo "SKIPPED: parity on photographs, the folder 'shared' is not beside the repository"; exit 0; fi
dotnet build src/Edge.Quantizer -c Release --nologo -v q
dotnet build src/Edge.Camera -c Release -f net10.0 --nologo -v q
dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll quantize "$shared/models/squeezenet1_1.onnx" \
    --calibration "$shared/images/calib" --preprocessing imagenet-caffe-227 --labels "$shared/models/imagenet-labels.txt" \
    --method mse --sensitivity-images 0 -o "$out/squeezenet1_1.edge" >"$out/quantize.log"

answers() { grep -vE '"(model|instructionSet|threads|decode|prepare|run|total)":'; }
dotnet src/Edge.Quantizer/bin/Release/net10.0/edge-quantizer.dll compress "$out/squeezenet1_1.edge" -o "$out/compressed.edge" >"$out/compress.log"
for package in squeezenet1_1 compressed; do
    "$native" classify "$out/$package.edge" "$shared/images/val" --json | answers >"$out/native-$package.json"
done
dotnet src/Edge.Camera/bin/Release/net10.0/edge-camera.dll classify "$out/squeezenet1_1.edge" "$shared/images/val" --json | answers >"$out/jit.json"
[ "$(grep -c '"file"' "$out/jit.json")" -ge 250 ] || { echo "fewer than 250 answers" >&2; exit 1; }
for package in squeezenet1_1 compressed; do
    cmp "$out/native-$package.json" "$out/jit.json"
    echo "$package.edge: NativeAOT and JIT give the same answers to the last digit on $(grep -c '"file"' "$out/jit.json") photographs"
done

# A damaged package is refused in one line.
head -c 100000 "$out/squeezenet1_1.edge" >"$out/damaged.edge"
if "$native" classify "$out/damaged.edge" "$shared/images/val/n01514859_hen.JPEG" 2>"$out/damaged.txt"; then
    echo "a damaged package was accepted" >&2; exit 1
fi
[ "$(grep -c . "$out/damaged.txt")" = 1 ] || { cat "$out/damaged.txt" >&2; echo "expected one line about the damage" >&2; exit 1; }
cat "$out/damaged.txt"

python3 - "$native" "$out/squeezenet1_1.edge" "$shared/images/val/n01514859_hen.JPEG" <<'PY'
import os, resource, subprocess, sys, time
command = [sys.argv[1], "classify", "--quiet", "--threads", "1", *sys.argv[2:]]
times = []
for _ in range(20):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    times.append((time.perf_counter() - start) * 1000)
times.sort()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"exec to exit with one photograph: least {times[0]:.1f} ms, median {times[10]:.1f} ms; peak memory {peak:.1f} MiB")
PY
