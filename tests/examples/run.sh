#!/bin/bash
# The examples of examples/, each copied to an empty folder, built with its one command, and run.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
