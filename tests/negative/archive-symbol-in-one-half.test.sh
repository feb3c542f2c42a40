# A native function that an archive has for one ISA only, and a native member that wants what its half does not have.
source "$(dirname "$0")/../lib/harness.sh"

printf '.globl add\nadd: lea (%%rdi,%%rsi), %%rax\n ret\n' >x86.S
printf '.globl add\nadd: add x0, x0, x1\n ret\n' >arm.S
printf '.globl add\nadd: add x0, x0, x1\n b finish\n' >calls.S
echo 'long add(long, long); int main(void) { return add(40, 2) != 42; }' >main.c
must_quietly dyad-cc -O2 -c main.c
must_quietly dyad-cc -c --isa=x86_64 x86.S -o x86.o
must_quietly dyad-cc -c --isa=aarch64 arm.S -o arm.o
must_quietly dyad-cc -c --isa=aarch64 calls.S -o calls.o
must_quietly dyad-ar rcs libx86.a x86.o
must_quietly dyad-ar rcs libarm.a arm.o
must_quietly dyad-ar rcs libcalls.a x86.o calls.o
files=$(ls)
run dyad-cc main.o libx86.a -o main
expect_status 1
expect_stderr_line "dyad-cc: error: native symbol 'add' is defined for x86_64 only; expected a definition for aarch64 too"
expect_only_files $files
run dyad-cc main.o -L. -larm -o main
expect_status 1
expect_stderr_line "dyad-cc: error: native symbol 'add' is defined for aarch64 only; expected a definition for x86_64 too"
expect_only_files $files
run dyad-cc main.o -L. -lcalls -o main
expect_status 1
expect_stderr_line "dyad-cc: error: undefined symbol: finish"
expect_stderr_line ">>> used in ./libcalls.a(calls.o)"
expect_only_files $files
# A member of another compiler, also by -l.
if command -v gcc >/dev/null; then
    echo 'long add(long a, long b) { return a + b; }' >add.c
    gcc -c add.c -o add.o
    dyad-ar rcs libadd.a add.o
    run dyad-cc main.o -L. -ladd -o main
    expect_status 1
    expect_stderr_line "dyad-cc: error: ./libadd.a(add.o): an ELF object for x86_64 that dyad-cc did not make: compile its source with dyad-cc, or as a native source with --isa=x86_64 and --isa=aarch64"
    [ ! -e main ] || fail "an image was left"
fi
