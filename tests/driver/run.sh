#!/bin/bash
# The compiler commands as people use them: command lines in, messages and files out (docs/dyad-cc.md).
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
