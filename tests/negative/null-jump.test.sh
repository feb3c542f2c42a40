# A jump through a null pointer: a report with registers and a backtrace, and the status of SIGSEGV, alike on both ISAs.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/crash.sh"

crashes 139 'dyad: the program crashed: jump through a null pointer \(address 0x0\) \(SIGSEGV\)' <<'C'
#include <stdio.h>
static void (*volatile target)(void);
__attribute__((noinline)) void leap(void) { target(); puts("back"); }
int main(void) { puts("before"); fflush(stdout); leap(); return 0; }
C
