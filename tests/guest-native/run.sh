#!/bin/bash
# The native part of the libOS on every machine: probe guests that sleep, fault, overflow, and are watched doing it.
cd "$(dirname "$0")" && exec python3 run.py "${DYAD_BUILD:-../../build}" "$@"
