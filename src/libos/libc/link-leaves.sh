#!/bin/sh
# Joins the objects of the mathematical leaves of one ISA into one object: one section per function, the exported
# functions weak (a program may define its own), everything else private.
#
#   link-leaves.sh LLVM_BIN EXPORTS IMPORTS OUTPUT OBJECTS...
#
#   EXPORTS  file with the names that must be defined and stay visible, one per line
#   IMPORTS  file with the names that may be undefined
set -eu
bin=$1 exports=$2 imports=$3 output=$4
shift 4

mkdir -p "$(dirname "$output")"
"$bin/ld.lld" -r -o "$output.all" "$@"
"$bin/llvm-objcopy" --keep-global-symbols="$exports" --weaken "$output.all" "$output.new"
rm -f "$output.all"

undefined=$("$bin/llvm-nm" -u -j "$output.new" | grep -vxF -f "$imports" || true)
[ -z "$undefined" ] || { echo "link-leaves: leaves call what is no leaf:" $undefined >&2; exit 1; }
"$bin/llvm-nm" --defined-only -g -j "$output.new" >"$output.defined"
missing=$(grep -vxF -f "$output.defined" "$exports" || true)
rm -f "$output.defined"
[ -z "$missing" ] || { echo "link-leaves: not defined:" $missing >&2; exit 1; }
mv -f "$output.new" "$output"
