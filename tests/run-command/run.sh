#!/bin/bash
# What `dyad run`, `doctor`, `check`, `inspect` and the tools for images promise on the command line (docs/running.md).
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
