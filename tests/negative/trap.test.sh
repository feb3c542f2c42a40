# __builtin_trap is an undefined instruction on x86-64 and a breakpoint on AArch64; both report SIGILL, as on x86-64.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/crash.sh"

crashes 132 'dyad: the program crashed: undefined instruction at 0x[0-9a-f]+ \(SIGILL\)' <<'C'
#include <stdio.h>
__attribute__((noinline)) int leap(int n) { if (n) __builtin_trap(); return n; }
int main(int argc, char **argv) { puts("before"); fflush(stdout); return leap(argc); }
C
# A program may handle it.
cat >handled.c <<'C'
#include <signal.h>
#include <unistd.h>
static void handle(int number) { _exit(number == SIGILL ? 7 : 8); }
int main(void) { signal(SIGILL, handle); signal(SIGTRAP, handle); __builtin_trap(); }
C
must_quietly dyad-cc -O1 handled.c -o handled
for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    run dyad run --isa "$isa" --machine "$machine" handled
    expect_status 7
done
