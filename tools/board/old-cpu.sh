# Runs in the virtual board with systemd on a processor without AVX2: the Debian package says so and leaves the machine in order.
. ./proofs.sh
export DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER= SYSTEMD_COLORS=0
prove "the processor has no AVX2" eval '! grep -qw avx2 /proc/cpuinfo'
dpkg -i libs/*.deb >libs.log 2>&1 || { cat libs.log; fail "the libraries are installed"; }
dpkg -i edge-camera.deb >old-install.log 2>&1; code=$?
prove "the package installs" [ $code = 0 ]
prove "  and says that the program can't run here, and what to do" grep -q "edge-camera: this processor has no AVX2.*baseline" old-install.log
prove "the service is not started, as its status says" eval 'systemctl status edge-camera | grep -q "ConditionCPUFeature=avx2"'
prove "  and is not tried again and again" [ "$(systemctl show -p NRestarts --value edge-camera)" = 0 ]
edge-camera check >out.log 2>err.log; code=$?
prove "the program says it in one line, with exit code 3" eval '[ $code = 3 ] && [ "$(wc -l <err.log)" = 1 ] && grep -q AVX2 err.log'
prove "the package is purged" dpkg -P edge-camera
[ "$failed" = 0 ] || cat old-install.log err.log
[ "$failed" = 0 ]
