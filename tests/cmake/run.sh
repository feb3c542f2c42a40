#!/bin/bash
# The CMake package: what docs/cmake.md promises, one tiny project for each promise.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../lib/run-scripts.sh" --jobs "${DYAD_TEST_JOBS:-2}" "$@" "$here"/*.test.sh
