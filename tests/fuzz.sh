#!/bin/bash
# Runs the fuzz targets for a while, one after the other, each time with another seed; stops at nothing, and tells what was found.
#   tests/fuzz.sh [--seconds N] [--seed N] [TARGET]...
#     --seconds N   for each target (default: 600)
#     --seed N      the first seed (default: from the clock)
#   Targets: image sites guest checkpoint transfer (default: all)
# They come from $DYAD_BUILD (default: build-asan, which tests/run.sh --sanitize makes): without the sanitizers only what
# crashes, or fails a check, is found. A finding is told as the command that shows it again.
set -uo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
bin=${DYAD_BUILD:-$root/build-asan}/tests/bin
seconds=600 seed=$(date +%s) targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=${2:?--seconds wants a number}; shift ;;
    --seed) seed=${2:?--seed wants a number}; shift ;;
    --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    image | sites | guest | checkpoint | transfer) targets+=("$1") ;;
    *) echo "tests/fuzz.sh: error: unknown argument '$1' (see --help)" >&2; exit 2 ;;
    esac
    shift
done
[ ${#targets[@]} -gt 0 ] || targets=(image sites guest checkpoint transfer)

found=0
fuzz() { # SECONDS NAME ROUNDS PROGRAM [FILTER]; rounds for a run of some ten seconds
    local end=$((SECONDS + $1)) runs=0 output
    shift
    [ -x "$bin/$3" ] || { echo "tests/fuzz.sh: error: no $bin/$3: tests/run.sh --sanitize --only unit builds it" >&2; exit 2; }
    while [ $runs = 0 ] || [ $SECONDS -lt $end ]; do
        local again="DYAD_FUZZ_SEED=$seed DYAD_FUZZ_ROUNDS=$2 $bin/$3 --gtest_filter='${4:-*}'"
        if ! output=$(DYAD_FUZZ_SEED=$seed DYAD_FUZZ_ROUNDS=$2 timeout 600 "$bin/$3" --gtest_filter="${4:-*}" 2>&1); then
            found=$((found + 1))
            printf '%s\n' "$output" | tail -n 40
            echo "found: $again"
        fi
        seed=$((seed + 1)) runs=$((runs + 1))
    done
    echo "$1: $runs runs of $2 rounds"
}

for target in "${targets[@]}"; do
    case $target in
    image) fuzz "$seconds" image 3000 image_fuzz_test ;;
    sites) fuzz "$seconds" sites 200000 sites_fuzz_test ;;
    guest)
        # Frames and pages of a running guest, then stacks and words of a stopped one.
        fuzz $((seconds / 2)) "guest, running" 20000 machine_test '*Fuzz*'
        fuzz $((seconds / 2)) "guest, stopped" 20000 migrate_fuzz_test 'MigrateFuzz.DamagedStacks*:MigrateFuzz.WordsOfAGuest*'
        ;;
    checkpoint) fuzz "$seconds" checkpoint 8000 migrate_fuzz_test 'MigrateFuzz.DamagedC*:MigrateFuzz.DamageWithoutSeal*' ;;
    transfer)
        # What is said up to a move, then what is said while memory follows and the console is at the other end.
        fuzz $((seconds / 2)) "transfer, moving" 10000 transfer_fuzz_test
        fuzz $((seconds / 2)) "transfer, moved" 100000 session_fuzz_test
        ;;
    esac
done
echo "$found found"
[ $found = 0 ]
