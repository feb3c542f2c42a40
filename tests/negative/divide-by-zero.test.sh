# Integer division by zero is reported on both ISAs, though only x86-64's instruction traps.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/crash.sh"

for operation in '100 / n' '100 % n' '100u / (unsigned)n' '100L / (long)n' '100UL % (unsigned long)n'; do
    crashes 136 'dyad: the program crashed: integer division by zero or overflow \(SIGFPE\)' <<C
#include <stdio.h>
static volatile int zero;
__attribute__((noinline)) int leap(int n) { return (int)($operation); }
int main(void) { puts("before"); fflush(stdout); return leap(zero); }
C
done
# The one signed division that overflows traps on x86-64 too.
crashes 136 'dyad: the program crashed: integer division by zero or overflow \(SIGFPE\)' <<'C'
#include <limits.h>
#include <stdio.h>
static volatile int minus_one = -1, least = INT_MIN;
__attribute__((noinline)) int leap(int n) { return least / n; }
int main(void) { puts("before"); fflush(stdout); return leap(minus_one); }
C
