# Runs in the virtual board: real V4L2 drivers (vivid, v4l2loopback) with all their faults, and edge-camera that survives them.
. ./proofs.sh
log=run.log config=run.json

camera() {   # members of the camera's JSON object
    echo "{ \"threads\": 1, \"cameras\": [{ $1 }], \"decision\": { \"threshold\": 0.5, \"votes\": 1, \"window\": 1 } }" >$config
}
start() { : >$log; ./edge-camera run --config $config >$log 2>&1 & pid=$!; }
end() { kill -TERM $pid; wait $pid; }
said() { [ "$(grep -cE "$1" $log)" -ge "${2:-1}" ]; }        # regular expression, how often
says() { within 30 said "$@"; }
count() { sed -nE "s/.*: ([0-9]+) frames.*, ([0-9]+) lost, opened again ([0-9]+) times.*/\\$1/p" $log | tail -1; }
control() { v4l2-ctl -d0 -c "$1" >/dev/null; }

./edge-camera cameras >$log 2>&1; status=$?
prove "without a camera, cameras says what to do (exit code 5)" eval '[ $status = 5 ] && said "plug in a USB camera"'

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0; sleep 0.5
./edge-camera cameras >$log 2>&1; status=$?
prove "cameras lists formats, sizes, rates, controls and the choice" eval '[ $status = 0 ] && said "i420 .*1280×720" \
    && said "run takes I420 1280×720 at 12.5/s: no format reaches 1280×720 at 30/s; this is the fastest" && said "brightness 0 to 255"'
./edge-camera cameras --json >$log 2>/dev/null
prove "cameras --json names the device of source auto" said '"auto": "/dev/video0"'

camera '"source": "auto", "width": 640, "height": 360'; start
prove "auto takes the first camera at the asked size and rate" says 'camera: /dev/video0 \(vivid\), I420 640×360 at 30/s'
first=$pid first_log=$log log=second.log; start
prove "a camera in use is told with the name of the program that uses it" says "/dev/video0: is used by edge-camera \($first\); end that program"
sleep 8   # tried again after 1, 2 and 4 s
prove "  once" [ "$(grep -c 'is used by' $log)" = 1 ]
second=$pid second_log=$log pid=$first log=$first_log
control inject_v4l2_buf_flag_error=1; sleep 1; control inject_vidioc_qbuf_error=1; sleep 1
control percentage_of_dropped_buffers=30; sleep 4; control percentage_of_dropped_buffers=0
end
prove "damaged and dropped buffers are counted, and the stream goes on ($(count 1) frames, $(count 2) lost, opened again $(count 3) times)" \
    eval '[ "$(count 1)" -gt 30 ] && [ "$(count 2)" -gt 10 ] && [ "$(count 3)" = 0 ]'
pid=$second log=$second_log
prove "and the second program takes the camera when it is free" says 'camera: /dev/video0 \(vivid\), I420'
end; log=$first_log

start; says I420; control disconnect=1
prove "an unplugged camera is told" says '/dev/video0: the camera was unplugged; trying again'
prove "  and opened again when it is back" says I420 2
control inject_fatal_streaming_error=1
prove "a fatal error of the driver is told" says 'input/output error'
prove "  and the camera is opened again" says I420 3
end
prove "  each told once (opened again $(count 3) times)" [ "$(grep -c 'trying again' $log)" = 2 ]

for fault in inject_vidioc_reqbufs_error inject_vidioc_streamon_error; do
    control $fault=1; start
    prove "$fault: told, tried again, runs" eval 'says "trying again" && says I420'
    end
done

control percentage_of_dropped_buffers=100; start
prove "a stream without frames is told and opened again" says 'no frame for 5 s; trying again'
control percentage_of_dropped_buffers=0
prove "  and runs when frames come" says I420
end

camera '"source": "vivid", "format": "yuyv", "width": 640, "height": 360, "controls": { "brightness": 200, "test_pattern": 7 }'; start
controls() { v4l2-ctl -d0 -C brightness,test_pattern | tr -d '\n' | grep -q 'brightness: 200test_pattern: 7'; }
prove "a camera is found by its name, in the format asked for" says "YUYV 640×360"
prove "  and with the controls" controls
end
camera '"source": "/dev/video0", "controls": { "brightness": 300 }'; start
prove "a control out of range is told with its range" says "control 'brightness': 300 can't be set; it takes 0 to 255"
end
camera '"source": "/dev/video0", "format": "mjpeg"'; start
prove "a format that the camera lacks is told with those it has" says 'has no format mjpeg; it has .*YUYV'
end
modprobe -r vivid

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 multiplanar=2; sleep 0.5
prove "the driver has only the multi-planar interface" eval 'v4l2-ctl -d0 -D | grep -q "Video Capture Multiplanar"'
./edge-camera cameras >$log 2>&1
prove "cameras lists its formats and takes one" eval 'said "yuyv .*640×360" && said "Source auto is /dev/video0"'
for format in auto:I420 yuyv:YUYV nv12:NV12 rgb24:RGB24; do
    camera "\"source\": \"auto\", \"format\": \"${format%:*}\", \"width\": 640, \"height\": 360"; start
    prove "it is opened as ${format#*:}" says "${format#*:} 640×360"
    sleep 5; end
    prove "  and delivers ($(count 1) frames, $(count 2) lost, opened again $(count 3) times)" eval '[ "$(count 1)" -gt 20 ] && [ "$(count 3)" = 0 ]'
done
camera '"source": "auto", "width": 640, "height": 360'; start; says I420; control disconnect=1
prove "unplugged and plugged in again, it goes on" eval 'says "the camera was unplugged; trying again" && says I420 2'
end
modprobe -r vivid

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=3; sleep 0.5   # HDMI
camera '"source": "/dev/video0"'
while read -r mode words; do
    control dv_timings_signal_mode="$mode"; start
    prove "a grabber says: $words" says "$words.*; trying again"
    control dv_timings_signal_mode=0
    prove "  and is opened when the signal is there" says '/dev/video0 .*[0-9]+×[0-9]+'
    [ "$mode" = 3 ] || end
done <<'J'
1 no signal at its input
2 the signal at its input is unstable
3 the signal at its input is of a kind
J
control dv_timings_signal_mode=1
prove "a signal that changes is told" says "the signal at its input has changed; trying again"
control dv_timings_signal_mode=0
prove "  and opened again" says '/dev/video0 .*[0-9]+×[0-9]+' 2
end
modprobe -r vivid
[ "$failed" = 0 ] || tail -n 20 $log
[ "$failed" = 0 ]
