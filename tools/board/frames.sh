# Runs in the virtual board: 2,000 frames of the built-in model, twice: raw frames of vivid, and Motion JPEG through v4l2loopback. The
# picture stands still, so that every frame is only a frame. Lines "figure<TAB>…" become a row of the results file.
. ./proofs.sh
page=127.0.0.1:8080

metric() { curl -s --max-time 60 http://$page/metrics | awk -v name="$1" 'index($1, name) == 1 { print $2; exit }'; }
memory() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$pid/status"; }   # KiB
looked_at() { local n; n=$(metric edge_camera_frames_looked_at_total); [ "${n:-0}" -ge "$1" ]; }
now() { read -r up _ </proc/uptime; echo "$up"; }
# Milliseconds of the network in the mean, from the histogram's sum and count.
inference() { awk -v s="$(metric edge_camera_inference_seconds_sum)" -v n="$(metric edge_camera_inference_seconds_count)" 'BEGIN { printf "%.1f", s / n * 1000 }'; }

# measure NAME CAMERA
measure() {
    cat >frames.json <<J
{
  "threads": 1,
  "cameras": [{ $2 }],
  "decision": { "threshold": 1, "hysteresis": 0 },
  "web": { "listen": "$page" }
}
J
    ./edge-camera run --config frames.json >frames.log 2>&1 & pid=$!
    if ! within 120 looked_at 200; then fail "$1: 200 frames"; tail -n 20 frames.log; kill $pid; return; fi
    local early late t0 t1 f0 f1 b0 b1 g0 g1
    early=$(memory VmRSS) t0=$(now) f0=$(metric edge_camera_frames_looked_at_total)
    b0=$(metric edge_camera_loop_allocated_bytes_total) g0=$(metric dotnet_gc_allocated_bytes_total)
    until looked_at 2000; do
        [ "$(awk "BEGIN { print ($(now) - $t0 > 1500) }")" = 0 ] || { fail "$1: 2,000 frames in 25 minutes"; break; }
        sleep 5
    done
    late=$(memory VmRSS) t1=$(now) f1=$(metric edge_camera_frames_looked_at_total)
    b1=$(metric edge_camera_loop_allocated_bytes_total) g1=$(metric dotnet_gc_allocated_bytes_total)
    prove "$1: 2,000 frames are classified" [ "$f1" -ge 2000 ]
    prove "  memory grows by 1 MiB at most between frames $f0 and $f1: $early KiB, $late KiB" [ $((late - early)) -le 1024 ]
    prove "  and the loop allocates 0 bytes between them" [ "$((b1 - b0))" = 0 ]
    prove "  and the camera was never opened again" [ "$(metric edge_camera_source_reopened_total)" = 0 ]
    printf 'figure\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" \
        "$(metric edge_camera_frames_captured_total)" "$f1" "$(metric edge_camera_frames_dropped_total)" "$(metric edge_camera_frames_lost_total)" \
        "$(awk "BEGIN { printf \"%.1f\", ($f1 - $f0) / ($t1 - $t0) }")" "$(inference)" "$early" "$late" "$(memory VmHWM)" "$((b1 - b0))"
    kill -TERM $pid; wait $pid
    prove "  and it ends with exit code 0" [ $? = 0 ]
    grep -v "edge-camera\[0\]" frames.log | tail -n 1
}

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0; sleep 0.5
v4l2-ctl -d0 -c osd_text_mode=2
measure "YUYV 640×360 at 30/s" '"source": "/dev/video0", "format": "yuyv", "width": 640, "height": 360, "rate": 30'
modprobe -r vivid

modprobe v4l2loopback devices=1 video_nr=9 exclusive_caps=0; sleep 0.5
v4l2-ctl -d9 -c keep_format=1 >/dev/null; v4l2-ctl -d9 --set-fmt-video-out=width=640,height=480,pixelformat=MJPG >/dev/null
exec 5>/dev/video9
(while :; do dd if=stop.jpg bs=1M count=1 >&5; sleep 0.03; done) 2>/dev/null & showing=$!
measure "Motion JPEG 640×480" '"source": "/dev/video9", "format": "mjpeg", "width": 640, "height": 480'
kill $showing
[ "$failed" = 0 ]
