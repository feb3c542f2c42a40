#!/bin/bash
# Programs that move between two monitors: over Unix sockets and TCP, plain and with TLS; with connections that are cut and
# sides that are killed; and everything that must be refused.
#   run.sh [--filter GLOB] [SCRIPT OPTIONS]
# Last line: N passed, N failed[, N skipped]
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${DYAD_BUILD:=$root/build}"
export DYAD_BUILD

# Compiled once for all scripts.
DYAD_TEST_PROGRAMS=$(mktemp -d "${TMPDIR:-/tmp}/dyad-transfer.XXXXXX")
export DYAD_TEST_PROGRAMS
trap 'rm -rf "$DYAD_TEST_PROGRAMS"' EXIT
for program in steps other wander talk deep; do
    "$DYAD_BUILD/bin/dyad" cc -O2 "$here/$program.c" -o "$DYAD_TEST_PROGRAMS/$program" ||
        { echo "0 passed, 1 failed"; exit 1; }
done

"$root/tests/lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
