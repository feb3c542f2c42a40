#!/bin/bash
# Measures Dyad against clang on the same sources, and prints the tables of docs/performance.md: ratios of medians of paired
# runs (A B A B ...). Nothing here passes or fails. Takes some minutes; an idle machine gives better figures.
#   tests/bench/run.sh [--rounds N] [--only code|compile|link|size|start]...
here=$(cd "$(dirname "$0")" && pwd)
: "${DYAD_BUILD:=$(cd "$here/../.." && pwd)/build}"
export DYAD_BUILD
[ -x "$DYAD_BUILD/bin/dyad-cc" ] || { echo "bench: error: no build in $DYAD_BUILD; run tests/run.sh first" >&2; exit 1; }
exec python3 "$here/bench.py" "$@"
