# Endless recursion ends in the guard page below the stack, and is reported as that.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/crash.sh"

crashes 139 'dyad: the program crashed: stack overflow \(address 0x[0-9a-f]+ is in a stack.s guard page\) \(SIGSEGV\)' <<'C'
#include <stdio.h>
__attribute__((noinline)) int leap(int n) {
    volatile char frame[400];
    frame[n % 400] = (char)n;
    return leap(n + 1) + frame[(n + 1) % 400];
}
int main(int argc, char **argv) { puts("before"); fflush(stdout); return leap(argc); }
C
