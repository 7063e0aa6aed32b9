# Runs in the virtual board: edge-camera on simulated GPIO lines, looking at its test scene (a "no entry" sign that passes by).
. ./proofs.sh
make_gpio
pull 2 up   # as the resistor of an active-low lamp
cat >gpio.json <<'X'
{
  "cameras": [{ "source": "test", "width": 320, "height": 240, "rate": 10 }],
  "decision": { "window": 1, "votes": 1 },
  "snapshots": { "folder": "pictures", "classes": ["stop"], "keepFreeMegabytes": 0 },
  "gpio": {
    "outputs": [
      { "line": "LED0", "classes": ["no entry"] },
      { "line": "LED1", "classes": ["stop"] },
      { "line": "LED2", "classes": ["no entry"], "activeLow": true },
      { "line": "LED3", "classes": ["no entry"], "pulse": 1 }
    ],
    "buttons": [
      { "line": "TOGGLE", "action": "toggle", "activeLow": false, "bias": "down", "debounce": 200 },
      { "line": "PICTURE", "action": "snapshot", "activeLow": false, "bias": "down", "debounce": 20 }
    ]
  }
}
X
sed 's/LED0/LED9/' gpio.json >no-line.json
sed 's/LED0/LED5/' gpio.json >busy.json
sed 's/"gpio": {/"gpio": { "chip": "pinctrl-rp1",/' gpio.json >no-chip.json

start() { ./edge-camera run --config gpio.json >run.log 2>&1 & pid=$!; }
gone() { ! kill -0 $pid 2>/dev/null; }
sign() { within 20 level 0 1; }
no_sign() { within 20 level 0 0; }

prove "the lines are on $chip, not on gpiochip0" [ "$chip" != gpiochip0 ]
./edge-camera run --config no-line.json >no-line.log 2>&1; code=$?
prove "a line that is not there is refused with exit code 4" [ $code = 4 ]
prove "  and the chips that there are" grep -q "no GPIO line 'LED9'.*decoy-gpio, edge-gpio" no-line.log
./edge-camera run --config no-chip.json >no-chip.log 2>&1; code=$?
prove "so is a chip" grep -q "no GPIO chip 'pinctrl-rp1'; chips here: decoy-gpio, edge-gpio" no-chip.log
gpioset --mode=signal "$chip" 5=1 & holder=$!
within 10 level 5 1
./edge-camera run --config busy.json >busy.log 2>&1; code=$?
prove "a line that somebody else holds is refused with that program's name" grep -q "LED5 (offset 5 of /dev/$chip): 'gpioset' uses it" busy.log
kill $holder

start
prove "a line is found by its name on a chip of any number and driven by its class" sign
prove "  with the AVX2 kernels" grep -qi "AVX2 kernels" run.log
prove "an active-low line is driven low" within 1 level 2 0
pulsing=0
pulse() {
    if level 0 0; then pulsing=0; elif level 3 1; then pulsing=1; fi
    [ $pulsing = 1 ] && level 3 0 && level 0 1
}
prove "a pulse begins with the decision and ends while it stands" within 20 pulse
no_sign
prove "the line is released when the class is gone, active-low too" within 1 level 2 1
not_stop() { level 1 0; }
prove "no line of another class is driven in two passes of the sign" throughout 12 not_stop
sign
pull 6 up; pull 6 down; pull 6 up; pull 6 down; pull 6 up   # a press that bounces
prove "a button disarms: the line is inactive though the sign is there" within 3 logged run.log "button TOGGLE: toggle; outputs are disarmed"
prove "  at once, active-low too" eval 'level 0 0 && level 2 1'
dark() { level 0 0; }
prove "  and stays inactive through another pass" throughout 8 dark
prove "  and the bounces of the press count as one" [ "$(grep -c 'button TOGGLE' run.log)" = 1 ]
pull 6 down; sleep 0.5
press 6
prove "a second press arms again" logged run.log "button TOGGLE: toggle; outputs are armed"
prove "  and the line follows" sign
press 7
picture() { [ -n "$(ls pictures/*_camera_on-request.jpg 2>/dev/null)" ]; }
prove "a button keeps the next frame as a picture" within 5 picture
jpeg() { [ "$(head -c 2 pictures/*_camera_on-request.jpg | od -An -tx1 | tr -d ' ')" = ffd8 ]; }
prove "  one JPEG file" jpeg
no_sign; sign
kill -TERM $pid
prove "SIGTERM ends the program" within 10 gone
wait $pid; code=$?
prove "  with exit code 0" [ $code = 0 ]
prove "  and inactive lines" eval 'level 0 0 && level 1 0 && level 2 1 && level 3 0'
start
sign
kill -KILL $pid
prove "the kernel releases the lines of a killed program" within 5 level 0 0
wait $pid 2>/dev/null
start
prove "  and they are free for its successor" sign
kill $pid; wait $pid
[ "$failed" = 0 ] || tail -n 30 run.log
[ "$failed" = 0 ]
