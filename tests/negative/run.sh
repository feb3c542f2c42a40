#!/bin/bash
# What bad input gets: one script for each, with the exact message, and with nothing half-written left.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
