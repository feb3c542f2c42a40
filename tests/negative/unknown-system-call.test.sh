# A system call that is not there gives ENOSYS and is logged once, however often it is made.
source "$(dirname "$0")/../lib/harness.sh"

cat >a.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
int main(void) {
    int failures = 0;
    for (int i = 0; i < 3; i++) failures += socket(AF_INET, SOCK_STREAM, 0) == -1 && errno == ENOSYS;
    printf("%d\n", failures);
    return 0;
}
C
must_quietly dyad-cc -O1 a.c -o a
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa a
    expect_stdout 3
    [ "$(grep -c '^dyad: unsupported system call socket (198)$' .err)" = 1 ] ||
        fail "expected one line about socket on stderr"
done
