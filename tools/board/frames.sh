# Runs in the virtual board: 2,000 frames of the built-in model. The picture stands still, so that every frame is only a frame. Lines
# "figure<TAB>…" become rows of the results file.
. ./proofs.sh
page=127.0.0.1:8080

# A look at the program costs emulated time, and some memory until the next collection: seldom, and all figures at once.
look() { curl -s --max-time 60 http://$page/metrics >metrics; }
metric() { awk -v name="$1" 'index($1, name) == 1 { print $2; exit }' metrics; }
memory() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$pid/status"; }   # KiB
frames() { local n; look; n=$(metric edge_camera_frames_looked_at_total); echo "${n:-0}"; }
# reach FRAMES SECONDS: looks again when most of the way should be done; fails when the program ends, or it takes longer.
reach() {
    local end=$((SECONDS + $2)) n
    while n=$(frames); [ "$n" -lt "$1" ]; do
        [ "$SECONDS" -lt "$end" ] && kill -0 $pid || return 1
        sleep "$(awk -v n="$n" -v all="$1" -v s="$(now)" -v started="$started" \
            'BEGIN { t = n ? 0.95 * (all - n) * (s - started) / n : 0; print (t < 5 ? 5 : t > 600 ? 600 : t) }')"
    done
}
now() { read -r up _ </proc/uptime; echo "$up"; }
# Milliseconds of the network in the mean, from the histogram's sum and count.
inference() { awk -v s="$(metric edge_camera_inference_seconds_sum)" -v n="$(metric edge_camera_inference_seconds_count)" 'BEGIN { printf "%.1f", s / n * 1000 }'; }

# measure NAME CAMERA RATE
measure() {
    local started early late early_own late_own t0 t1 f0 f1 b0 b1
    cat >frames.json <<J
{
  "threads": 1,
  "cameras": [{ $2 }],
  "decision": { "threshold": 1, "hysteresis": 0 },
  "web": { "listen": "$page" }
}
J
    ./edge-camera run --config frames.json >frames.log 2>&1 & pid=$!
    started=$(now)
    # The page's server makes its buffers and threads with the first visits: they are over before the first reading.
    if ! reach 1 1200; then fail "$1: the first frame"; tail -n 20 frames.log; kill $pid; return; fi
    for _ in 1 2 3 4 5 6 7 8 9 10; do look; done
    f0=$(metric edge_camera_frames_looked_at_total) t0=$(now)
    if [ "$f0" -ge 200 ]; then fail "$1: ten visits in less than 200 frames (frame $f0)"; kill $pid; return; fi
    # Then only by the clock, at the camera's rate: a visit takes some frames itself, so memory is read before it.
    sleep "$(awk -v n="$f0" -v rate="$3" 'BEGIN { print (200 - n) / rate }')"
    early=$(memory VmRSS) early_own=$(memory RssAnon) t0=$(now)
    look
    f0=$(metric edge_camera_frames_looked_at_total) b0=$(metric edge_camera_loop_allocated_bytes_total)
    prove "$1: the first reading is at frame 200, give or take 20 ($f0)" [ "$f0" -ge 180 -a "$f0" -le 220 ]
    reach 2000 3600 || { fail "$1: 2,000 frames in an hour"; tail -n 20 frames.log; }
    late=$(memory VmRSS) late_own=$(memory RssAnon) t1=$(now) f1=$(metric edge_camera_frames_looked_at_total)
    b1=$(metric edge_camera_loop_allocated_bytes_total)
    prove "$1: 2,000 frames are classified" [ "$f1" -ge 2000 ]
    prove "  memory grows by 1 MiB at most between frames $f0 and $f1: $early KiB, $late KiB (its own: $early_own KiB, $late_own KiB)" [ $((late - early)) -le 1024 ]
    prove "  and the loop allocates 0 bytes between them" [ "$((b1 - b0))" = 0 ]
    prove "  and the camera was never opened again" [ "$(metric edge_camera_source_reopened_total)" = 0 ]
    printf 'figure\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" \
        "$(metric edge_camera_frames_captured_total)" "$f1" "$(metric edge_camera_frames_dropped_total)" "$(metric edge_camera_frames_lost_total)" \
        "$(awk "BEGIN { printf \"%.1f\", ($f1 - $f0) / ($t1 - $t0) }")" "$(inference)" "$early" "$late" "$(memory VmHWM)" "$((b1 - b0))" "$early_own" "$late_own" "$f0"
    kill -TERM $pid; wait $pid
    prove "  and it ends with exit code 0" [ $? = 0 ]
    grep -v "edge-camera\[0\]" frames.log | tail -n 1
}

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0; sleep 0.5
v4l2-ctl -d0 -c osd_text_mode=2
measure "YUYV 640×360 at 10/s" '"source": "/dev/video0", "format": "yuyv", "width": 640, "height": 360, "rate": 10' 10
[ "$failed" = 0 ]
