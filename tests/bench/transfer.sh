#!/bin/bash
# Measures moves between two monitors over loopback, beside raw copies of the same bytes and QEMU's own migration, and prints the
# tables of "Transfer" in docs/performance.md. Nothing here passes or fails. Takes about ten minutes; wants 10 GiB of memory for all.
#   tests/bench/transfer.sh [--rounds N] [--only copy|stop|precopy|postcopy|qemu]... [--size MIB]... [--pictures FOLDER]
# What was measured is kept in $DYAD_BUILD/bench/transfer.json; --pictures draws all that is there.
here=$(cd "$(dirname "$0")" && pwd)
: "${DYAD_BUILD:=$(cd "$here/../.." && pwd)/build}"
export DYAD_BUILD
[ -x "$DYAD_BUILD/bin/dyad-cc" ] || { echo "bench: error: no build in $DYAD_BUILD; run tests/run.sh first" >&2; exit 1; }
exec python3 "$here/transfer.py" "$@"
