#!/bin/bash
# Programs that move while they run: every program of programs/, made-up programs, and the commands that move.
#   run.sh [--filter GLOB] [SCRIPT OPTIONS]
#   DYAD_TEST_TORTURE=1: hundreds of moves for each program at all levels of optimisation, instead of some; hours instead of minutes
# Last line: N passed, N failed[, N skipped]; a line before it sums up the moves.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${DYAD_BUILD:=$root/build}"
export DYAD_BUILD
musl=$(sed -n 's/^DYAD_MUSL_SOURCE:PATH=//p' "$DYAD_BUILD/CMakeCache.txt" 2>/dev/null)
"$root/tests/reference/build-musl.sh" "${musl:-$DYAD_BUILD/musl/musl-1.2.3}" "$DYAD_BUILD/tests/reference" ||
    { echo "0 passed, 1 failed"; exit 1; }

# A script for each program, so that each has a folder, a limit and a line of its own.
scripts=$(mktemp -d "${TMPDIR:-/tmp}/dyad-migration.XXXXXX")
trap 'rm -rf "$scripts"' EXIT
export DYAD_TEST_MOVES=$scripts/moves
for program in "$here"/programs/*.c; do
    printf '# timeout: 3600\nprogram=%q\nsource %q\n' "$program" "$here/program.sh" >"$scripts/$(basename "$program" .c).test.sh"
done

"$root/tests/lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$scripts"/*.test.sh "$here"/*.test.sh | tee "$scripts/log" | sed '$d'
status=${PIPESTATUS[0]}
echo "moves: $(awk '{ n += $1 } END { print n + 0 }' "$scripts/moves" 2>/dev/null || echo 0)"
tail -n 1 "$scripts/log"
exit $status
