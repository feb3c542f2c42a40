# A native object for an ISA that is in no pair.
source "$(dirname "$0")/../lib/harness.sh"
need clang-19

echo 'int f(void) { return 0; }' >f.c
echo 'int f(void); int main(void) { return f(); }' >main.c
clang-19 --target=riscv64-linux-gnu -c f.c -o f.o
run dyad-cc main.c f.o -o main
expect_status 1
expect_stderr_line "dyad-cc: error: f.o: an object for riscv64, expected portable bitcode or a native object for x86_64 or aarch64"
expect_only_files f.c f.o main.c
# A native source for one ISA that is compiled for the other fails in the assembler.
printf '.globl f\nf: lea (%%rdi,%%rsi), %%rax\n ret\n' >f.S
run dyad-cc -c --isa=aarch64 f.S -o g.o
expect_status 1
expect_stderr_match 'f\.S:2:.*error: .*'
expect_only_files f.c f.o f.S main.c
run dyad-cc -c --isa=sparc f.S -o g.o
expect_status 1
expect_stderr_line "dyad-cc: error: '--isa=sparc' names no ISA; expected x86_64 or aarch64"
