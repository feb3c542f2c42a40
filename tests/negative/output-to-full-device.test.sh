# A program whose standard output is full is told so, as on Linux.
source "$(dirname "$0")/../lib/harness.sh"

cat >a.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
int main(void) {
    for (int i = 0; i < 10000; i++) puts("a line that fills the buffer in time");
    if (fflush(stdout) != 0 || ferror(stdout)) { fprintf(stderr, "%s\n", strerror(errno)); return 3; }
    return 0;
}
C
must_quietly dyad-cc -O1 a.c -o a
for isa in x86_64 aarch64; do
    status=0
    dyad run --machine process --isa $isa a >/dev/full 2>.err || status=$?
    last_command="dyad run --isa $isa a >/dev/full"
    expect_status 3
    expect_stderr_line "No space left on device"
done
