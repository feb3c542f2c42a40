# Attributes that mean one ISA are refused: target, naked, interrupt, ifunc, a named register.
source "$(dirname "$0")/../lib/harness.sh"

try() { # SOURCE PATTERN
    printf '%s\n' "$1" >a.c
    run dyad-cc -O2 -c a.c -o a.o
    expect_status 1
    expect_stderr_match "a\.c:[0-9]+:[0-9]+: error: $2"
    expect_only_files a.c
}
try '__attribute__((naked)) void f(void) { __asm__(""); }' "function 'f' is naked in portable code"
try 'static void g(void) {} static void (*pick(void))(void) { return g; }
void f(void) __attribute__((ifunc("pick")));' "function 'f' is chosen at start by the CPU \(ifunc\) in portable code"
try 'register unsigned long sp __asm__("sp"); unsigned long f(void) { return sp; }' ".*register.*"
try '__attribute__((target("avx2"))) int f(int x) { return x; }' ".*target.*"
