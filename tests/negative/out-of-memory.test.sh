# A program that wants more than there is gets NULL and ENOMEM, not a crash.
source "$(dirname "$0")/../lib/harness.sh"

cat >a.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
int main(void) {
    size_t blocks = 0;
    for (volatile char *p; (p = malloc(1 << 20)); blocks++) p[4096] = 1;
    printf("%d %d\n", errno == ENOMEM, blocks > 4);
    return 0;
}
C
must_quietly dyad-cc -O1 a.c -o a
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa --mem 32M a
    expect_stdout "1 1"
done
