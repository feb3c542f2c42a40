# abort() and a failed assert end with the status of SIGABRT, the assertion's text, and a report.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/crash.sh"

crashes 134 'dyad: the program crashed: it raised a signal \(SIGABRT\)' <<'C'
#include <stdio.h>
#include <stdlib.h>
__attribute__((noinline)) void leap(void) { abort(); }
int main(void) { puts("before"); fflush(stdout); leap(); return 0; }
C
crashes 134 'Assertion failed: n == 3 \(a\.c: leap: 3\)' <<'C'
#include <stdio.h>
#include <assert.h>
__attribute__((noinline)) void leap(int n) { assert(n == 3); }
int main(int argc, char **argv) { puts("before"); fflush(stdout); leap(argc); return 0; }
C
