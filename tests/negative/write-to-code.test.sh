# Code and constants cannot be written, data cannot be executed (W^X).
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/crash.sh"

crashes 139 'dyad: the program crashed: invalid access to address 0x[0-9a-f]+ \(SIGSEGV\)' <<'C'
#include <stdio.h>
__attribute__((noinline)) void leap(void) { *(volatile int *)(unsigned long)&puts = 1; puts("back"); }
int main(void) { puts("before"); fflush(stdout); leap(); return 0; }
C
crashes 139 'dyad: the program crashed: invalid access to address 0x[0-9a-f]+ \(SIGSEGV\)' <<'C'
#include <stdio.h>
static const int table[4] = {1, 2, 3, 4};
__attribute__((noinline)) void leap(void) { *(volatile int *)(unsigned long)&table[2] = 1; puts("back"); }
int main(int argc, char **argv) { printf("before\n"); fflush(stdout); leap(); return table[argc]; }
C
crashes 139 'dyad: the program crashed: jump to address 0x[0-9a-f]+, where there is no code \(SIGSEGV\)' <<'C'
#include <stdio.h>
static unsigned char data[64] = {0xc3};
__attribute__((noinline)) void leap(void) { ((void (*volatile)(void))(unsigned long)data)(); puts("back"); }
int main(void) { puts("before"); fflush(stdout); leap(); return 0; }
C
