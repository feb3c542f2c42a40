#!/bin/bash
# Real programs, built by their own build systems with CC=dyad-cc and no patch; see README.md.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
