# Runs in the virtual board: photographs go through the kernel's virtual camera (HDMI output looped to the capture device), and the class
# of each drives its own GPIO line.
. ./proofs.sh
make_gpio
modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1
v4l2-ctl -d0 -c loop_video=1,osd_text_mode=2

config() {   # DEVICE FORMAT WIDTH HEIGHT REGION-X REGION-WIDTH
    cat <<X
{
  "cameras": [{
    "source": "$1", "format": "$2", "width": $3, "height": $4, "rate": 60,
    "regions": [{ "name": "middle", "x": $5, "width": $6 }]
  }],
  "decision": { "window": 3, "votes": 2 },
  "gpio": {
    "chip": "edge-gpio",
    "outputs": [
      { "line": "LED0", "classes": ["stop"] },
      { "line": "LED1", "classes": ["yield"] },
      { "line": "LED2", "classes": ["priority road"] },
      { "line": "LED3", "classes": ["no entry"] },
      { "line": "LED4", "classes": ["roundabout"] }
    ]
  }
}
X
}
start() { ./edge-camera run --config "$1.json" >"$1.log" 2>&1 & pid=$!; }
streaming=
show() {   # FILE FOURCC
    [ -z "$streaming" ] || { kill "$streaming"; wait "$streaming"; } 2>/dev/null
    v4l2-ctl -d1 --stream-out-mmap --stream-from="$1" --stream-loop >/dev/null 2>&1 & streaming=$!
}
format() {   # FOURCC: both ends must agree
    [ -z "$streaming" ] || { kill "$streaming"; wait "$streaming"; } 2>/dev/null; streaming=
    v4l2-ctl -d1 --set-fmt-video-out=width=1280,height=720,pixelformat="$1"
    v4l2-ctl -d0 --set-dv-bt-timings query >/dev/null; v4l2-ctl -d0 --set-fmt-video=width=1280,height=720,pixelformat="$1"
}
drives() { [ "$(levels)" = "$1" ]; }

format YUYV
config /dev/video0 yuyv 1280 720 0.21875 0.5625 >yuyv.json
show 43.yuyv; start yuyv
running() { grep -q "/dev/video0.*1280" yuyv.log; }
prove "the camera is opened at the asked size" within 20 running
while read -r picture expected name; do
    show "$picture.yuyv"
    prove "YUYV through the kernel: $name drives $expected and nothing else" within 15 drives "$expected"
done <<'X'
14 100000 stop
13 010000 yield
12 001000 priority road
17 000100 no entry
40 000010 roundabout
43 000000 a street without a sign
X
kill -TERM $pid; wait $pid
[ "$failed" = 0 ] || tail -n 30 yuyv.log

kill "$streaming"
[ "$failed" = 0 ]
