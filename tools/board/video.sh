#!/usr/bin/env bash
# Sources of frames in a virtual board: real V4L2 drivers (vivid, v4l2loopback) with known pictures, faults and unplugging.
# Runs in the board as root, in a folder that holds edge-camera (NativeAOT), its libraries, and what tools/board/video-frames.sh wrote.
# Prints one line per proof; the exit status is 1 when one failed.
set -uo pipefail
cd "$(dirname "$0")"
export LD_LIBRARY_PATH=$PWD
failed=0 log=/tmp/log config=/tmp/edge.json pid=

proof() { # what, command… that succeeds
    if "${@:2}" >/dev/null 2>&1; then echo "ok: $1"; else echo "FAILED: $1"; failed=1; tail -n 12 $log | cut -c1-250 | sed 's/^/    | /'; fi
}
camera() { # members of the camera's JSON object
    echo "{ \"threads\": 1, \"cameras\": [{ $1 }], \"decision\": { \"threshold\": 0.5, \"votes\": 1, \"window\": 1 } }" > $config
}
start() { : > $log; ./edge-camera run --config $config > $log 2>&1 & pid=$!; }
says() { # regular expression, seconds, how often
    local i; for ((i = 0; i < ${2:-60} * 5; i++)); do [ "$(grep -cE "$1" $log)" -ge "${3:-1}" ] && return 0; sleep 0.2; done; return 1
}
finish() { kill -TERM $pid; wait $pid; }
count() { sed -nE "s/.*: ([0-9]+) frames.*, ([0-9]+) lost, opened again ([0-9]+) times.*/\\$1/p" $log | tail -1; }
control() { v4l2-ctl -d0 -c "$1" >/dev/null; }

./edge-camera cameras > $log 2>&1; status=$?
proof "without a camera, cameras says what to do (exit code 5)" eval '[ $status = 5 ] && grep -q "plug in a USB camera" $log'

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0; sleep 0.5
./edge-camera cameras > $log 2>&1; status=$?
proof "cameras lists formats, sizes, rates, controls and the choice" eval \
    '[ $status = 0 ] && grep -q "i420 .*1280×720" $log && grep -q "run takes I420 1280×720 at 12.5/s: no format reaches 1280×720 at 30/s; this is the fastest" $log && grep -q "brightness 0 to 255" $log'
./edge-camera cameras --json > $log 2>/dev/null
proof "cameras --json names the device of source auto" grep -q '"auto": "/dev/video0"' $log

camera '"source": "auto", "width": 640, "height": 360'; start
proof "auto takes the first camera at the asked size and rate" says 'camera: /dev/video0 \(vivid\), I420 640×360 at 30/s'
first=$pid first_log=$log log=/tmp/log2; start
proof "a camera that is in use is named with the command that finds the user" says 'is used by another program \(fuser -v /dev/video0'
finish; pid=$first log=$first_log
control inject_v4l2_buf_flag_error=1; sleep 1; control inject_vidioc_qbuf_error=1; sleep 1
control percentage_of_dropped_buffers=30; sleep 4; control percentage_of_dropped_buffers=0
finish
proof "damaged and dropped buffers are counted, and the stream goes on ($(count 1) frames, $(count 2) lost, opened again $(count 3) times)" \
    eval '[ "$(count 1)" -gt 30 ] && [ "$(count 2)" -gt 10 ] && [ "$(count 3)" = 0 ]'

start; says 'I420'; control disconnect=1
proof "an unplugged camera is told once" says '/dev/video0: the camera was unplugged; trying again'
proof "and is opened again when it is back" says I420 60 2
control inject_fatal_streaming_error=1
proof "a fatal error of the driver is told" says 'input/output error'
proof "and the camera is opened again" says I420 60 3
finish
proof "all told once (opened again $(count 3) times)" eval '[ $(grep -c "trying again" $log) = 2 ]'

for fault in inject_vidioc_reqbufs_error inject_vidioc_streamon_error; do
    control $fault=1; start
    proof "$fault: told, tried again, runs" eval 'says "trying again" && says I420'
    finish
done

camera '"source": "vivid", "format": "yuyv", "width": 640, "height": 360, "controls": { "brightness": 200, "test_pattern": 7 }'; start
proof "a camera is found by its name, in the format and with the controls asked for" \
    eval 'says "YUYV 640×360" && v4l2-ctl -d0 -C brightness,test_pattern | tr -d "\n" | grep -q "brightness: 200test_pattern: 7"'
finish
camera '"source": "/dev/video0", "controls": { "brightness": 300 }'; start
proof "a control out of range is told with its range" says "control 'brightness': 300 can't be set; it takes 0 to 255"
finish
camera '"source": "/dev/video0", "format": "mjpeg"'; start
proof "a format that the camera lacks is told with those it has" says 'has no format mjpeg; it has .*YUYV'
finish
modprobe -r vivid

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 multiplanar=2; sleep 0.5
camera '"source": "auto", "width": 640, "height": 360'; start
proof "a driver with the multi-planar interface delivers" says 'I420 640×360'
sleep 3; finish
proof "without losses ($(count 1) frames, $(count 2) lost)" eval '[ "$(count 1)" -gt 20 ] && [ "$(count 2)" -lt 5 ]'
modprobe -r vivid

middle='"regions": [{ "name": "middle", "x": 0.21875, "width": 0.5625 }]'
# A grabber whose input shows what is written to the output node.
modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1; sleep 0.5
control loop_video=1,osd_text_mode=2
for format in YUYV:yuyv NV12:nv12 RGB3:rgb24; do
    v4l2-ctl -d1 --set-fmt-video-out=width=1280,height=720,pixelformat="${format%:*}" >/dev/null
    v4l2-ctl -d1 --stream-out-mmap --stream-from="stop.${format#*:}" --stream-loop >/dev/null 2>&1 & show=$!
    sleep 1
    camera "\"source\": \"/dev/video0\", \"format\": \"${format#*:}\", \"width\": 1280, \"height\": 720, $middle"; start
    proof "a stop sign that goes through the kernel as ${format%:*} is a stop sign" says 'stop( |$)' 60
    finish; kill $show; wait $show 2>/dev/null
done
modprobe -r vivid

modprobe v4l2loopback devices=1 video_nr=9 exclusive_caps=0; sleep 0.5
v4l2-ctl -d9 -c keep_format=1 >/dev/null; v4l2-ctl -d9 --set-fmt-video-out=width=640,height=480,pixelformat=MJPG >/dev/null
exec 5> /dev/video9
(while :; do dd if=stop.jpg bs=1M count=1 >&5; sleep 0.1; done) 2>/dev/null & show=$!
camera '"source": "/dev/video9", "width": 640, "height": 480, "regions": [{ "name": "middle", "x": 0.125, "width": 0.75 }]'; start
proof "and so is one that goes through it as Motion JPEG, behind a first frame of garbage" says 'stop( |$)' 60
finish; kill $show
exit $failed
