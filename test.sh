#!/usr/bin/env bash
# Installs what the tests need (see tools/prepare.sh), builds everything and runs every test. Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")"
tools/prepare.sh tests
dotnet build Edge.sln -c Release --nologo -v q
mkdir -p artifacts
status=0
# A hangup that is ignored, as under nohup, stays so in all programs that are started: there are tests that send one.
env --default-signal=HUP dotnet test Edge.sln -c Release --no-build --nologo "$@" 2>&1 | tee artifacts/test.log || status=$?

echo
grep -E '^\s*Skipped ' artifacts/test.log | sort | uniq -c | sort -rn | head -20 || true
# The names of what failed, with what it said, at the end where they are found.
grep -E '^\s*Failed ' -A 12 artifacts/test.log | head -200 || true
awk '/(Passed|Failed)! +- Failed:/ {
        for (i = 1; i <= NF; i++) { v = $(i + 1); sub(",", "", v)
            if ($i == "Passed:") passed += v; if ($i == "Failed:") failed += v; if ($i == "Skipped:") skipped += v } }
     /^Test Run Aborted/ { failed++ }  # its summary counts what had run until then, as if it were all
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || passed == 0 }' artifacts/test.log || status=1
exit $status
