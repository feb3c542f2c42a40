# The program's exit status is the command's, whatever it is; a signal gives 128 and its number.
source "$(dirname "$0")/../lib/harness.sh"

printf '#include <stdlib.h>\n#include <signal.h>\nint main(int argc, char **argv) { int n = atoi(argv[1]); if (n < 0) raise(-n); return n; }\n' >a.c
must_quietly dyad-cc -O1 a.c -o a
for isa in x86_64 aarch64; do
    for value in 0 1 42 125 255; do
        run dyad run --machine process --isa $isa a -- $value
        expect_status $value
    done
    run dyad run --machine process --isa $isa a -- -15
    expect_status 143
done
