# pthread_create fails with EAGAIN for now, and the log says why.
source "$(dirname "$0")/../lib/harness.sh"

cat >a.c <<'C'
#include <errno.h>
#include <pthread.h>
static void *body(void *p) { return p; }
int main(void) {
    pthread_t thread;
    return pthread_create(&thread, 0, body, 0) == EAGAIN ? 0 : 1;
}
C
must_quietly dyad-cc -O1 -pthread a.c -o a
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa a
    [ "$(grep -c '^dyad: unsupported system call clone (220)' .err)" = 1 ] || fail "expected one line about clone"
done
