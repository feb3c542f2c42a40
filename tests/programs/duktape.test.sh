# Duktape, a JavaScript engine that keeps pointers in the payload of NaNs, built with its Makefile: a script of our own.
# timeout: 600
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/programs.sh"

build_dyad() { make -f Makefile.cmdline CC=dyad-cc; }
build_reference() { make -f Makefile.cmdline CC="$reference_cc"; }
build_both duktape
duk=$dyad_tree/duk native=$reference_tree/duk
check_pair "$duk" 1000

mkdir fs
{ echo "var SCALE = $(size 1 2 20);" && cat "$programs_root/js/compute.js"; } >fs/compute.js
everywhere compute fs /dev/null "$duk" "$native" compute.js
everywhere stream fs fs/compute.js "$duk" "$native" -
printf 'throw new TypeError("wrong");\n' >fs/throw.js
everywhere throw fs /dev/null "$duk" "$native" throw.js
