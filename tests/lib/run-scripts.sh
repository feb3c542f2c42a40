#!/bin/bash
# Runs test scripts, each in an empty folder of its own and under a time limit, and prints one line for each.
#   run-scripts.sh [--jobs N] [--filter GLOB] SCRIPT...
# A script may name its own limit in a line "# timeout: SECONDS" (600 otherwise). Last line: N passed, N failed[, N skipped].
# Exits 0 only if something ran and nothing failed.
set -uo pipefail

jobs=1 filter='*'
while [ $# -gt 0 ]; do
    case $1 in
    --jobs) jobs=$2; shift 2 ;;
    --filter) filter=$2; shift 2 ;;
    --*) echo "run-scripts.sh: error: unknown option '$1'" >&2; exit 2 ;;
    *) break ;;
    esac
done

work=$(mktemp -d "${TMPDIR:-/tmp}/dyad-tests.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Scripts come in the order of their names; results are printed in that order, as soon as they are complete.
names=() scripts=()
for script in "$@"; do
    name=$(basename "$script" .test.sh)
    # shellcheck disable=SC2053 # a glob is meant
    [[ $name == $filter ]] || continue
    names+=("$name")
    scripts+=("$(realpath "$script")")
done

run_one() { # INDEX
    local script=${scripts[$1]} result=$work/$1.result log=$work/$1.log folder=$work/$1.d limit status start
    mkdir "$folder"
    limit=$(sed -n 's/^# timeout: \([0-9]\+\)$/\1/p' "$script" | head -n 1)
    start=$SECONDS
    (cd "$folder" && DYAD_TEST_WORK=$folder timeout --kill-after=10 "${limit:-600}" bash "$script") >"$log" 2>&1 </dev/null
    status=$?
    echo "$status $((SECONDS - start))" >"$result.tmp"
    rm -rf "$folder"
    mv "$result.tmp" "$result"
}

passed=0 failed=0 skipped=0 printed=0 running=0
print_ready() {
    while [ $printed -lt ${#names[@]} ] && [ -f "$work/$printed.result" ]; do
        local status seconds
        read -r status seconds <"$work/$printed.result"
        case $status in
        0)
            passed=$((passed + 1))
            echo "ok   ${names[$printed]} (${seconds}s)"
            ;;
        77)
            skipped=$((skipped + 1))
            echo "skip ${names[$printed]}: $(tail -n 1 "$work/$printed.log")"
            ;;
        *)
            failed=$((failed + 1))
            case $status in 124 | 137) echo "FAIL ${names[$printed]}: no end after ${seconds}s" ;; *) echo "FAIL ${names[$printed]} (${seconds}s)" ;; esac
            tail -n 60 "$work/$printed.log" | sed 's/^/     /'
            ;;
        esac
        printed=$((printed + 1))
    done
}

for index in "${!names[@]}"; do
    if [ $running -ge "$jobs" ]; then
        wait -n
        running=$((running - 1))
        print_ready
    fi
    run_one "$index" &
    running=$((running + 1))
done
wait
print_ready

summary="$passed passed, $failed failed"
[ $skipped = 0 ] || summary+=", $skipped skipped"
echo "$summary"
[ $failed = 0 ] && [ $passed -gt 0 ]
