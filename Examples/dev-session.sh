# For the example scripts, to be sourced: finds the chassis command, starts `chassis dev` with a state directory of its
# own, and ends everything that was started when the script ends.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Prints the path of the chassis command: $CHASSIS, the release build, or whatever PATH has.
find_chassis() {
    if [[ -n ${CHASSIS:-} ]]; then
        printf '%s\n' "$CHASSIS"
    elif [[ -x $repository/.build-release/release/chassis ]]; then
        printf '%s\n' "$repository/.build-release/release/chassis"
    elif ! command -v chassis; then
        echo "no chassis command: run deploy/quickstart once, or set CHASSIS to its path" >&2
        return 1
    fi
}

# await_file FILE PID NAME LOG: returns when the file is there; fails when the process has ended without it.
await_file() {
    while [[ ! -s $1 ]]; do
        if ! kill -0 "$2" 2>/dev/null; then
            echo "$3 ended before it was ready; the last lines of $4:" >&2
            tail -n 20 "$4" >&2
            return 1
        fi
        sleep 0.05
    done
}

# start_dev STATE OPTION…: starts `chassis dev`, waits until it is ready, and exports CHASSIS_ADDRESS and CHASSIS_TOKEN.
start_dev() {
    local state=$1
    shift
    mkdir -p "$state"
    rm -f "$state/dev.json"
    "$chassis" dev --state "$state" --no-example "$@" >"$state/dev.log" 2>&1 </dev/null &
    started+=($!)
    await_file "$state/dev.json" $! "chassis dev" "$state/dev.log"
    CHASSIS_ADDRESS=$(dev_setting "$state" address)
    CHASSIS_TOKEN=$(dev_setting "$state" token)
    export CHASSIS_ADDRESS CHASSIS_TOKEN
}

# dev_setting STATE KEY: prints one value of the session's dev.json.
dev_setting() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1/dev.json" "$2"
}

# Ends what was started, the last one first, and waits for it.
end_started() {
    local i
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do
        kill "${started[i]}" 2>/dev/null || true
        wait "${started[i]}" 2>/dev/null || true
    done
}

started=()
trap end_started EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chassis=$(find_chassis)
