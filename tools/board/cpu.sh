# Runs in a virtual board whose processor has no AVX2 (Nehalem, 2008).
. ./proofs.sh
prove "the processor has no AVX2" eval '! grep -qw avx2 /proc/cpuinfo'
./edge-camera --version >out.log 2>err.log; code=$?
prove "the program says what is missing, in one line on standard error" eval '[ "$(wc -l <err.log)" = 1 ] && grep -q "AVX2" err.log && [ ! -s out.log ]'
prove "  and what to do" grep -q "EdgeCameraBaseline=true" err.log
prove "  and ends with exit code 3, as for a model that can't run here" [ "$code" = 3 ]
cat err.log
[ "$failed" = 0 ]
