# Flags that would make the halves differ are errors; a flag that says what holds anyway is accepted.
source "$(dirname "$0")/../lib/harness.sh"

echo 'char f(char x) { return x; }' >a.c
for flag in -ffp-contract=fast -ffp-contract=on -mlong-double-80 -mlong-double-128; do
    run dyad-cc $flag -c a.c
    expect_status 1
    expect_stderr_line "dyad-cc: error: '$flag' would make the halves of the pair differ"
    expect_only_files a.c
done
for flag in -ffast-math -Ofast; do
    must dyad-cc $flag -Wno-deprecated-ofast -c a.c
    expect_stderr_line "dyad-cc: warning: '$flag' lets results of the halves differ in the last bits: each ISA approximates in its own way [-Wdyad-fast-math]"
done
for flag in -pg --coverage -fprofile-generate; do
    run dyad-cc $flag -c a.c
    expect_status 1
    expect_stderr_line "dyad-cc: error: '$flag' is not supported: the profiler's run-time library is not portable"
done
rm a.o
# The sign of char is a matter of one compile for both halves: allowed, and said.
printf '#include <stdio.h>\n#include <limits.h>\nint main(void) { printf("%%d %%d\\n", CHAR_MIN, (char)-1); return 0; }\n' >sign.c
must dyad-cc -funsigned-char sign.c -o sign
expect_stderr_line "dyad-cc: warning: '-funsigned-char' makes char unsigned in both halves; the C library and other sources have it signed [-Wdyad-unsigned-char]"
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa sign
    expect_stdout "0 255"
done
must_quietly dyad-cc sign.c -o sign
must dyad run --machine process sign
expect_stdout "-128 -1"
must_quietly dyad-cc -ffp-contract=off -fsigned-char -mlong-double-64 -c a.c
