# Runs in the virtual board: photographs go through the kernel's virtual cameras in every kind of format, and the class of each drives its
# own GPIO line. vivid's HDMI output is looped to its capture device for raw frames; v4l2loopback carries Motion JPEG.
. ./proofs.sh
make_gpio

config() {   # DEVICE FORMAT
    cat <<J
{
  "cameras": [{
    "source": "$1", "format": "$2", "width": 640, "height": 480,
    "regions": [{ "name": "middle", "x": 0.125, "width": 0.75 }]
  }],
  "decision": { "window": 3, "votes": 2, "classes": { "none of these": { "ignore": true } } },
  "snapshots": { "folder": "pictures-$2", "classes": ["children"], "keepFreeMegabytes": 0 },
  "gpio": {
    "chip": "edge-gpio",
    "outputs": [
      { "line": "LED0", "classes": ["stop"] },
      { "line": "LED1", "classes": ["yield"] },
      { "line": "LED2", "classes": ["priority road"] },
      { "line": "LED3", "classes": ["no entry"] },
      { "line": "LED4", "classes": ["roundabout"] },
      { "line": "LED5", "classes": ["*"] }
    ],
    "buttons": [{ "line": "PICTURE", "action": "snapshot", "activeLow": false, "bias": "down" }]
  }
}
J
}
start() { ./edge-camera run --config "$1.json" >"$1.log" 2>&1 & pid=$!; }
end() { kill -TERM $pid; wait $pid; }
drives() { [ "$(levels)" = "$1" ]; }

showing=
stop_showing() { [ -z "$showing" ] || { kill "$showing"; wait "$showing"; } 2>/dev/null; showing=; }
show_raw() { stop_showing; v4l2-ctl -d1 --stream-out-mmap --stream-from="$1" --stream-loop >/dev/null 2>&1 & showing=$!; }
show_jpeg() { stop_showing; (while :; do dd if="$1" bs=1M count=1 >&5; sleep 0.1; done) 2>/dev/null & showing=$!; }

# pictures NAME EXTENSION SHOW FORMAT: every picture drives its own line and that of any class, a street without a sign drives none.
pictures() {
    local picture expected name
    while read -r picture expected name; do
        $3 "$picture.$2"
        prove "$1: $name drives $expected" within 20 drives "$expected"
        prove "  and nothing else" throughout 2 drives "$expected"
    done <<'J'
14 100001 a stop sign
13 010001 a yield sign
12 001001 a priority road sign
17 000101 a no entry sign
40 000011 a roundabout sign
43 000000 a street without a sign
J
    $3 "14.$2"
    within 20 drives 100001
    press 7
    kept() { [ -n "$(ls "pictures-$4"/*on-request.jpg 2>/dev/null)" ]; }
    prove "$1: a button press keeps the picture" within 10 kept "$@"
    answer=$(./edge-camera classify "pictures-$4"/*on-request.jpg --top 1)
    prove "  which shows the stop sign" eval '[[ "$answer" == *stop* ]]'
}

modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1
v4l2-ctl -d0 -c loop_video=1,osd_text_mode=2
# Both ends must agree in size, rate and format. 40 frames a second are the least that a signal of this size may have.
for node in 0 1; do v4l2-ctl -d$node --set-dv-bt-timings cvt,width=640,height=480,fps=40 >/dev/null; done
while read -r fourcc name; do
    v4l2-ctl -d1 --set-fmt-video-out=width=640,height=480,pixelformat="$fourcc" >/dev/null
    v4l2-ctl -d0 --set-fmt-video=width=640,height=480,pixelformat="$fourcc" >/dev/null
    config /dev/video0 $name >$name.json
    show_raw 43.$name; start $name
    prove "the camera is opened as $fourcc 640×480" within 30 grep -q "/dev/video0.*640×480" $name.log
    pictures "$fourcc through the kernel" $name show_raw $name
    stop_showing; end
    [ "$failed" = 0 ] || tail -n 12 $name.log
done <<'J'
YUYV yuyv
NV12 nv12
RGB3 rgb24
J
modprobe -r vivid

modprobe v4l2loopback devices=1 video_nr=9 exclusive_caps=0
v4l2-ctl -d9 -c keep_format=1 >/dev/null; v4l2-ctl -d9 --set-fmt-video-out=width=640,height=480,pixelformat=MJPG >/dev/null
exec 5>/dev/video9
config /dev/video9 mjpeg >mjpeg.json
show_jpeg 43.jpg; start mjpeg
prove "Motion JPEG is opened, whose first buffer is garbage" within 30 grep -q "/dev/video9.*MJPEG 640×480" mjpeg.log
pictures "Motion JPEG through the kernel" jpg show_jpeg mjpeg
stop_showing; end
[ "$failed" = 0 ]
