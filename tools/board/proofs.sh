# Sourced by the scripts that run in the virtual board. One line per proof: "ok …" or "FAILED …".
failed=0
ok() { echo "ok $*"; }
fail() { failed=$((failed + 1)); echo "FAILED $*"; }

# prove SENTENCE COMMAND…: the command's status decides.
prove() {
    local sentence=$1; shift
    if "$@"; then ok "$sentence"; else fail "$sentence"; fi
}

# within SECONDS COMMAND…: waits until the command succeeds; five times as long, for emulation on a busy machine.
within() {
    local end=$((SECONDS + 5 * $1)); shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# throughout SECONDS COMMAND…: the command succeeds all the time.
throughout() {
    local end=$((SECONDS + $1)); shift
    while [ "$SECONDS" -lt "$end" ]; do
        "$@" || return 1
        sleep 0.02
    done
}

# logged FILE TEXT [TIMES]
logged() { [ "$(grep -cF -- "$2" "$1" 2>/dev/null)" -ge "${3:-1}" ]; }

# Two simulated GPIO chips. The first one, gpiochip0, is a decoy; the second one has the lines LED0 to LED5, TOGGLE and PICTURE.
make_gpio() {
    modprobe gpio-sim
    local decoy=/sys/kernel/config/gpio-sim/decoy c=/sys/kernel/config/gpio-sim/edge i n=0
    mkdir -p $decoy/bank && echo 4 >$decoy/bank/num_lines && echo decoy-gpio >$decoy/bank/label && echo 1 >$decoy/live
    mkdir -p $c/bank && echo 8 >$c/bank/num_lines && echo edge-gpio >$c/bank/label
    for i in LED0 LED1 LED2 LED3 LED4 LED5 TOGGLE PICTURE; do mkdir $c/bank/line$n && echo $i >$c/bank/line$n/name; n=$((n + 1)); done
    echo 1 >$c/live
    chip=$(cat $c/bank/chip_name) lines=/sys/devices/platform/$(cat $c/dev_name)/$chip
}

level() { local v; read -r v <"$lines/sim_gpio$1/value"; [ "$v" = "$2" ]; }   # LINE LEVEL
levels() { local i v; for i in 0 1 2 3 4 5; do read -r v <"$lines/sim_gpio$i/value"; echo -n "$v"; done; }
pull() { echo "pull-$2" >"$lines/sim_gpio$1/pull"; }                            # LINE up|down
press() { pull "$1" up; sleep 0.4; pull "$1" down; sleep 0.4; }
