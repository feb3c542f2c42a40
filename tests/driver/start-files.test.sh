# -nostdlib and -nostartfiles leave libc out; the link says which symbol is missing.
source "$(dirname "$0")/../lib/harness.sh"

printf '#include <string.h>\nint main(int argc, char **argv) { return strcoll(argv[0], "x"); }\n' >a.c
run dyad-cc -O2 -nostdlib a.c -o a
expect_status 1
grep -q 'strcoll' .err || fail "expected strcoll to be named"
expect_only_files a.c
