#!/bin/bash
# Measures what migration costs, and prints the tables of the second half of docs/performance.md: the same programs built with
# and without -fno-migration, run in turns, and the times of moves. Nothing here passes or fails. Takes about half an hour.
#   tests/bench/migration.sh [--rounds N] [--only cost|instructions|text|link|stop|move|after]... [--program NAME]...
here=$(cd "$(dirname "$0")" && pwd)
: "${DYAD_BUILD:=$(cd "$here/../.." && pwd)/build}"
export DYAD_BUILD
[ -x "$DYAD_BUILD/bin/dyad-cc" ] || { echo "bench: error: no build in $DYAD_BUILD; run tests/run.sh first" >&2; exit 1; }
exec python3 "$here/migration.py" "$@"
