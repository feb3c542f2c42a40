# A write through a null pointer.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/crash.sh"

crashes 139 'dyad: the program crashed: access through a null pointer \(address 0x8\) \(SIGSEGV\)' <<'C'
#include <stdio.h>
struct pair { long first, second; };
static struct pair *volatile nothing;
__attribute__((noinline)) void leap(void) { nothing->second = 1; puts("back"); }
int main(void) { puts("before"); fflush(stdout); leap(); return 0; }
C
