# Runs in the virtual board: what `edge-camera check` finds at fault with the kernel's devices and file systems, and what it says to do.
# What needs no kernel is in tests/Edge.Camera.Tests/Checking.
. ./proofs.sh
user=1000 video=44 gpio=997

# The configuration: CAMERA, more sections…
config() { echo "{ \"cameras\": [{ \"name\": \"door\", $1 }] ${2:+, $2} }" >edge.json; }
scene='"source": "test", "width": 160, "height": 120'
lamp='"gpio": { "outputs": [{ "line": "LED0", "classes": ["stop"] }] }'
as=(env)   # what starts the program
check() { "${as[@]}" ./edge-camera check --config edge.json >check.log 2>&1; code=$?; }

# A line that begins with ✘ and NAME and has TEXT, and advice in the next line if any is given; the exit code is 1.
bad() {   # NAME TEXT [ADVICE]
    local found; found=$(grep -F -A 1 "✘ $1 " check.log)
    [ "$code" = 1 ] && [[ "$found" == *"$2"* && "$found" == *"${3:+→}"*"${3:-}"* ]]
}
good() { grep -F "✔ $1 " check.log | grep -qF "$2"; }
# proves, and shows the table where it is another.
checked() { local before=$failed; prove "$@"; [ "$failed" = "$before" ] || sed 's/^/    | /' check.log; }

config "$scene"; check
checked "a clock that nobody sets" bad clock "not synchronised" "timedatectl set-ntp true"
checked "the model is in order" good model "bit-exact with Avx2 kernels"
EDGE_ISA=avxvnni check
checked "a model that can't run on this processor as it is told to" bad model "this core has no AvxVnni" "leave EDGE_ISA unset"

config "$scene" "$lamp"; check
checked "a board without GPIO" bad "GPIO LED0" "there is no GPIO chip"
make_gpio; check
checked "a line that is free" good "GPIO LED0" "of /dev/$chip, free"
gpioset --mode=signal "$chip" 0=1 & holder=$!
within 10 level 0 1; check
checked "a line that another program holds" bad "GPIO LED0" "'gpioset' uses it" "end that program, or take another line"
kill $holder; wait $holder 2>/dev/null
./edge-camera run --config edge.json >run.log 2>&1 & running=$!
holds() { check; good "GPIO LED0" "held by a running edge-camera"; }
checked "a line that a running edge-camera holds is in order" within 20 holds
kill $running; wait $running
as=(setpriv --reuid=$user --regid=$user --clear-groups)
chmod 711 . 2>/dev/null; chgrp $gpio /dev/gpiochip*; chmod 660 /dev/gpiochip*; check
checked "lines without the right to them" bad "GPIO LED0" "ermission denied" "group gpio"
as=(setpriv --reuid=$user --regid=$user --groups=$gpio); check
checked "  and with it" good "GPIO LED0" free
as=(env)
config "$scene" '"gpio": { "chip": "pinctrl-rp1", "outputs": [{ "line": "LED0", "classes": ["stop"] }] }'; check
checked "a chip that is not there" bad "GPIO LED0" "no GPIO chip 'pinctrl-rp1'" "chips here: decoy-gpio, edge-gpio"
config "$scene" '"gpio": { "outputs": [{ "line": "LED9", "classes": ["stop"] }] }'; check
checked "a line that is not there" bad "GPIO LED9" "there is no GPIO line 'LED9'" "gpioinfo lists them"
twin=/sys/kernel/config/gpio-sim/twin
mkdir -p $twin/bank/line0 && echo 1 >$twin/bank/num_lines && echo LED0 >$twin/bank/line0/name && echo 1 >$twin/live
config "$scene" "$lamp"; check
checked "a name that two lines have" bad "GPIO LED0" "there are 2 GPIO lines 'LED0'" "name the chip, too"

config '"source": "auto"'; check
checked "no camera at all" bad "camera door" "no camera (no /dev/video*)" "plug in a USB camera"
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0; sleep 0.5
config '"source": "auto", "width": 640, "height": 360'; check
checked "a camera that works" good "camera door" "first frame after"
chgrp $video /dev/video0; chmod 660 /dev/video0
as=(setpriv --reuid=$user --regid=$user --clear-groups); check
checked "a camera without the right to it" bad "camera door" "may not be opened" "add the user to the group video"
as=(setpriv --reuid=$user --regid=$user --groups=$video); check
checked "  and with it" good "camera door" "first frame after"
as=(env)
v4l2-ctl -d0 --stream-mmap >/dev/null 2>&1 & holder=$!
sleep 2; check
checked "a camera that another program uses" bad "camera door" "is used by v4l2-ctl ($holder)" "end that program, or take another camera"
as=(setpriv --reuid=$user --regid=$user --groups=$video); check
checked "  without the right to see which" bad "camera door" "is used by another program" "sudo fuser -v /dev/video0 names it"
as=(env); kill $holder; wait $holder 2>/dev/null
config '"source": "auto", "format": "mjpeg"'; check
checked "a format that the camera does not have" bad "camera door" "has no format mjpeg" "it has "
config '"source": "auto", "controls": { "brightness": 300 }'; check
checked "a control out of its range" bad "camera door" "control 'brightness': 300 can't be set" "it takes 0 to 255"
config '"source": "auto", "width": 640, "height": 360'
v4l2-ctl -d0 -c percentage_of_dropped_buffers=100; check
checked "a camera that gives no frames" bad "camera door" "no frame in 10 s" "check the cable"
v4l2-ctl -d0 -c percentage_of_dropped_buffers=0 -c inject_vidioc_streamon_error=1; check
checked "a driver that does not start" bad "camera door" "can't start the stream"
modprobe -r vivid
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=3; sleep 0.5
v4l2-ctl -d0 -c dv_timings_signal_mode=1; config '"source": "/dev/video0"'; check
checked "a grabber without a signal" bad "camera door" "no signal at its input"
modprobe -r vivid
modprobe v4l2loopback devices=1 video_nr=9 exclusive_caps=0; sleep 0.5
v4l2-ctl -d9 -c keep_format=1 >/dev/null; v4l2-ctl -d9 --set-fmt-video-out=width=640,height=480,pixelformat=MJPG >/dev/null
exec 5>/dev/video9
(while :; do dd if=stop.jpg bs=1M count=1 >&5; sleep 0.1; done) 2>/dev/null & showing=$!
config '"source": "/dev/video9", "width": 640, "height": 480'; check
checked "Motion JPEG with its library" good "camera door" "first frame after"
mv libturbojpeg.so.0 aside; check; mv aside libturbojpeg.so.0
checked "  and without" bad "camera door" "libturbojpeg"
kill $showing

mkdir -p small sealed; mount -t tmpfs -o size=1m tmpfs small; mount -t tmpfs -o ro tmpfs sealed
config "$scene" '"snapshots": { "folder": "small", "keepFreeMegabytes": 50 }'; check
checked "a disk without room" bad disk "snapshots.keepFreeMegabytes is 50" "make room"
config "$scene" '"snapshots": { "folder": "sealed/pictures", "keepFreeMegabytes": 0 }'; check
checked "a disk that is read-only" bad disk "may not write there" "give it the folder"
[ "$failed" = 0 ]
