# Inline assembly with instructions in portable code: file, line, and the way out.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int main(void) {\n    int x = 1;\n    __asm__ volatile("nop" : "+r"(x));\n    return x;\n}\n' >a.c
run dyad-cc -O2 -c a.c -o a.o
expect_status 1
expect_stderr_match 'a\.c:3:[0-9]+: error: inline assembly with instructions in portable code: it exists on one ISA only'
expect_stderr_match 'a\.c:3:[0-9]+: note: move it to a native source for each ISA, compiled with --isa=x86_64 and --isa=aarch64, or use plain C'
expect_only_files a.c

# At file scope too.
printf 'int x;\n__asm__(".globl y\\ny: nop");\n' >b.c
run dyad-cc -c b.c
expect_status 1
grep -q 'error: inline assembly with instructions in portable code' .err || fail "expected assembly at file scope to be refused"
expect_only_files a.c b.c
