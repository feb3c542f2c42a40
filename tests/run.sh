#!/bin/bash
# Everything from a clean clone to a verdict: installs what is missing, builds, runs the unit tests and every test suite.
#   tests/run.sh [--quick] [--only SUITE]... [--jobs N] [--no-bootstrap] [--sanitize] [--list]
#     --quick         shorter inputs and no slow machine where a suite offers the choice (DYAD_TEST_QUICK=1)
#     --full          the largest inputs (DYAD_TEST_FULL=1); not what CI runs
#     --only SUITE    only this suite ("unit" or a folder of tests/ with a run.sh); may be given again
#     --jobs N        parallel builds and tests (default: number of CPUs)
#     --no-bootstrap  install nothing
#     --werror        compiler warnings of the host side are errors
#     --sanitize      build the host side with ASan and UBSan, in build-asan/
#     --list          name the suites
# A suite is tests/<name>/run.sh. It finds the build in $DYAD_BUILD, and its last line is "N passed, N failed" with an
# optional ", N skipped". The last line of this script is the sum, "N passed, N failed"; a line before it counts what was
# skipped. A run in which nothing passed is a failure.
set -uo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
shopt -s nullglob
jobs=$(nproc) bootstrap=1 build=$root/build only=() configure=()

suites() {
    echo unit
    local script
    for script in tests/*/run.sh; do
        script=${script%/run.sh}
        # Benchmarks measure; they state no promise that can fail.
        [ "$script" = tests/bench ] || echo "${script#tests/}"
    done
}

while [ $# -gt 0 ]; do
    case $1 in
    --quick) export DYAD_TEST_QUICK=1 ;;
    --full) export DYAD_TEST_FULL=1 ;;
    --only) only+=("${2:?--only wants a suite}"); shift ;;
    --jobs) jobs=${2:?--jobs wants a number}; shift ;;
    --no-bootstrap) bootstrap=0 ;;
    --werror) configure+=(-DDYAD_WERROR=ON) ;;
    --sanitize) build=$root/build-asan; configure+=(-DDYAD_SANITIZE=ON) ;;
    --list) suites; exit 0 ;;
    --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    *) echo "tests/run.sh: error: unknown option '$1' (see --help)" >&2; exit 2 ;;
    esac
    shift
done
for suite in "${only[@]}"; do
    suites | grep -qxF -- "$suite" || { echo "tests/run.sh: error: no suite '$suite'; there are: $(suites | xargs)" >&2; exit 2; }
done
[ ${#only[@]} -gt 0 ] || mapfile -t only < <(suites)

export DYAD_BUILD=$build DYAD_TEST_JOBS=$jobs
if [ $bootstrap = 1 ]; then
    cmake/bootstrap.sh || { echo "0 passed, 1 failed"; exit 1; }
fi
echo "== build"
if ! { cmake -S . -B "$build" -G Ninja "${configure[@]}" && cmake --build "$build" -j "$jobs"; } >"$build.log" 2>&1; then
    tail -n 60 "$build.log"
    echo "the build failed; the whole log is in $build.log"
    echo "0 passed, 1 failed"
    exit 1
fi
mv "$build.log" "$build/build.log"

passed=0 failed=0 skipped=0 broken=()
add() { # SUITE LINE
    if [[ $2 =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
        [ "${BASH_REMATCH[2]}" = 0 ] || broken+=("$1")
        [ $((BASH_REMATCH[1] + BASH_REMATCH[2] + ${BASH_REMATCH[4]:-0})) -gt 0 ] || { failed=$((failed + 1)); broken+=("$1 (nothing ran)"); }
    else
        failed=$((failed + 1))
        broken+=("$1 (no summary)")
    fi
}

unit() {
    local log=$build/ctest.log
    ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$jobs" 2>&1 | tee "$log" | grep -E -A40 'Failed|\*\*\*' | head -n 200
    # "98% tests passed, 1 tests failed out of 57"
    sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$log" | {
        read -r bad all && echo "$((all - bad)) passed, $bad failed" || echo "0 passed, 1 failed"
    }
}

for suite in "${only[@]}"; do
    echo "== $suite"
    start=$SECONDS
    last=$(mktemp)
    if [ "$suite" = unit ]; then unit; else bash "tests/$suite/run.sh"; fi | tee >(tail -n 1 >"$last")
    status=${PIPESTATUS[0]}
    for _ in 1 2 3 4 5; do [ -s "$last" ] && break; sleep 0.2; done
    line=$(cat "$last")
    rm -f "$last"
    add "$suite" "$line"
    # A suite that ends badly without counting a failure is a failure all the same.
    if [ "$status" != 0 ] && [[ ! $line =~ \ [1-9][0-9]*\ failed ]]; then
        failed=$((failed + 1))
        broken+=("$suite (status $status)")
    fi
    echo "-- $suite: $((SECONDS - start))s"
done

[ ${#broken[@]} = 0 ] || printf 'failed: %s\n' "${broken[@]}"
echo "total: ${SECONDS}s"
[ $skipped = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
