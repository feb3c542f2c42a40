#!/bin/bash
# What holds for the source tree as a whole.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
