# Runs in the virtual board with systemd: the Debian package from installation to purge, with the kernel's virtual camera.
. ./proofs.sh
export DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER= SYSTEMD_COLORS=0
make_gpio
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0
udevadm settle
unit() { systemctl show -p "$1" --value edge-camera; }
active() { [ "$(unit ActiveState)" = active ]; }
frames() { unit StatusText | sed -n 's/.*: \([0-9]*\) frames classified.*/\1/p'; }
frames_reach() { local n; n=$(frames); [ "${n:-0}" -ge "$1" ]; }
restarted() { [ "$(unit NRestarts)" -ge "$1" ] && active; }
journal() { journalctl -u edge-camera -o cat --no-pager; }
journal_has() { journal | grep -qF -- "$1"; }

dpkg -i libs/*.deb >libs.log 2>&1 || { cat libs.log; fail "the libraries are installed"; }
dpkg -i edge-camera.deb >install.log 2>&1; code=$?
prove "the package installs" [ $code = 0 ]
[ $code = 0 ] || cat install.log
prove "  and the service is active" within 60 active
prove "  and enabled" systemctl -q is-enabled edge-camera
prove "GPIO chips belong to group gpio" [ "$(stat -c '%U:%G %a' "/dev/$chip")" = "root:gpio 660" ]
prove "the program runs as a dynamic user" [ "$(ps -o user:32= -p "$(unit MainPID)" | tr -d ' ')" = edge-camera ]
prove "its frames are classified, as the status says" within 60 frames_reach 20
camera() { journal_has "/dev/video0"; }
prove "  from the V4L2 camera" camera
exposure=$(systemd-analyze security edge-camera --no-pager 2>/dev/null | sed -n 's/.*exposure level.*: \([0-9.]*\).*/\1/p')
prove "systemd-analyze security: $exposure is 2.0 at most" awk "BEGIN { exit !(\"$exposure\" != \"\" && $exposure <= 2.0) }"

# The lamp of no class at all ("*" and "unknown" together are every decision), so that it is lit whatever the camera shows.
# The file keeps its time, which is all that the program's own look-out for changes sees: only the signal of "reload" can do it.
cp -p /etc/edge-camera/edge.json /etc/edge-camera/edge.json.new
cat >/etc/edge-camera/edge.json.new <<'X'
{
  // changed by the owner
  "cameras": [{ "name": "door", "source": "auto", "width": 640, "height": 360, "rate": 30 }],
  "gpio": { "outputs": [{ "line": "LED0", "classes": ["*", "unknown"] }] },
  "snapshots": { "folder": "/var/lib/edge-camera/snapshots", "keepFreeMegabytes": 0 }
}
X
touch -r /etc/edge-camera/edge.json /etc/edge-camera/edge.json.new
mv /etc/edge-camera/edge.json.new /etc/edge-camera/edge.json
pid=$(unit MainPID)
sleep 10
prove "a change that only a reload shows is not taken up by itself" eval '! journal_has "configuration changed"'
systemctl reload edge-camera
prove "  and is when systemd says so" within 30 journal_has "configuration changed"
prove "  by the same process" [ "$(unit MainPID)" = "$pid" ]
prove "  and opens GPIO lines with the rights of the service" within 30 eval 'gpioinfo | grep -q "LED0.*edge-camera"'
edge-camera check --config /etc/edge-camera/edge.json --json >check.json; code=$?
prove "check finds the clock of a board without network at fault, and ends with 1" eval '[ $code = 1 ] && grep -A1 "\"clock\"" check.json | grep -qi bad'
prove "  and the line held by the service in order" grep -q "held by a running edge-camera" check.json

mkdir -p /run/systemd/system/edge-camera.service.d
printf '[Service]\nWatchdogSec=10\n' >/run/systemd/system/edge-camera.service.d/watchdog.conf
systemctl daemon-reload; systemctl restart edge-camera
prove "the service starts anew" within 60 frames_reach 5
before=$(unit NRestarts)
v4l2-ctl -d0 -c disconnect=1 2>/dev/null
prove "an unplugged camera is survived" within 60 journal_has "trying again"
n=$(frames); more() { frames_reach $((${n:-0} + 20)); }
prove "  and used again when it is back" within 90 more
prove "  by the same process, which the watchdog left alone" [ "$(unit NRestarts)" = "$before" ]
kill -STOP "$(unit MainPID)"
prove "a program that hangs is restarted by the watchdog" within 60 restarted $((before + 1))
prove "  as the journal says" within 5 journal_has "Watchdog timeout"
within 60 active; kill -KILL "$(unit MainPID)"
prove "a killed program is started again" within 60 restarted $((before + 2))
prove "  and classifies" within 60 frames_reach 5

rm -rf /run/systemd/system/edge-camera.service.d; systemctl daemon-reload
dpkg --force-confdef -i edge-camera-next.deb >upgrade.log 2>&1 </dev/null; code=$?
prove "an upgrade installs" [ $code = 0 ]
[ $code = 0 ] || cat upgrade.log
prove "  keeps the changed configuration" grep -q "changed by the owner" /etc/edge-camera/edge.json
prove "  and the service runs" within 60 active
[ "$failed" = 0 ] || journal | tail -n 40
dpkg -P edge-camera >purge.log 2>&1; code=$?
prove "the package is purged" [ $code = 0 ]
left=$(find / -xdev \( -path /proc -o -path /sys -o -path /mnt -o -path /tmp \) -prune -o -name '*edge-camera*' -print | grep -v '^/var/log/journal')
prove "  and leaves nothing" [ -z "$left" ]
[ -z "$left" ] || echo "$left"
[ "$failed" = 0 ]
