# A native function that exists for one ISA only is named, with the ISA that lacks it.
source "$(dirname "$0")/../lib/harness.sh"

printf '.globl add\nadd: lea (%%rdi,%%rsi), %%rax\n ret\n' >add.S
echo 'long add(long, long); int main(void) { return add(40, 2) != 42; }' >main.c
must_quietly dyad-cc -c --isa=x86_64 add.S -o add.o
run dyad-cc main.c add.o -o main
expect_status 1
expect_stderr_line "dyad-cc: error: native symbol 'add' is defined for x86_64 only; expected a definition for aarch64 too"
expect_only_files add.S add.o main.c
printf '.globl add\nadd: add x0, x0, x1\n ret\n' >add.S
must_quietly dyad-cc -c --isa=aarch64 add.S -o add.o
run dyad-cc main.c add.o -o main
expect_status 1
expect_stderr_line "dyad-cc: error: native symbol 'add' is defined for aarch64 only; expected a definition for x86_64 too"
expect_only_files add.S add.o main.c
