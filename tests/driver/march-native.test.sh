# -march=native has no effect, and a warning with a name says so.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int f(int x) { return x * 3; }' >a.c
must dyad-cc -O2 -march=native -c a.c -o native.o
expect_stderr_match "dyad-cc: warning: '-march=native' has no effect: a pair must run on any host; choose CPUs with --x86-cpu= and --arm-cpu= \[-Wdyad-ignored-cpu\]"
must_quietly dyad-cc -O2 -c a.c -o plain.o
cmp native.o plain.o || fail "expected the same object"
must_quietly dyad-cc -O2 -march=native -Wno-dyad-ignored-cpu -c a.c
must_quietly dyad-cc -O2 -march=native -w -c a.c
run dyad-cc -O2 -march=native -Werror -c a.c -o error.o
expect_status 1
expect_stderr_match "dyad-cc: error: '-march=native' .* \[-Werror,-Wdyad-ignored-cpu\]"
# The flags for one warning count more than those for all.
run dyad-cc -O2 -march=native -Werror=dyad-ignored-cpu -c a.c -o error.o
expect_status 1
expect_stderr_match "dyad-cc: error: '-march=native' .* \[-Werror,-Wdyad-ignored-cpu\]"
must dyad-cc -O2 -march=native -Werror -Wno-error=dyad-ignored-cpu -c a.c
expect_stderr_match "dyad-cc: warning: '-march=native' .* \[-Wdyad-ignored-cpu\]"
# Flags for features of one ISA, and hardening flags that distributions pass to every compile.
must dyad-cc -O2 -maes -mbmi2 -mfma -mpopcnt -mno-avx512f -mfpu=neon -c a.c -o native.o
[ "$(grep -c '\[-Wdyad-ignored-cpu\]$' .err)" = 6 ] && [ "$(wc -l <.err)" = 6 ] || fail "expected six warnings"
cmp native.o plain.o || fail "expected the same object"
must_quietly dyad-cc -O2 -fcf-protection -mbranch-protection=standard -fstack-clash-protection -Wno-dyad-ignored-protection -c a.c
