# -Map, --wrap, --defsym, -u, -e's kin and --gc-sections reach lld; a flag that lld does not know is lld's to refuse.
source "$(dirname "$0")/../lib/harness.sh"

printf '#include <stdlib.h>\nvoid *__real_malloc(size_t);\nint calls;\nvoid *__wrap_malloc(size_t n) { calls++; return __real_malloc(n); }\nint main(void) { free(malloc(3)); return calls - 1; }\n' >a.c
must_quietly dyad-cc -O1 -fno-builtin a.c -Wl,--wrap=malloc -Wl,-Map=a.map -o a
must dyad run --machine process a
expect_file a.map
grep -q 'x86_64' a.map && grep -q 'aarch64' a.map && grep -q 'main' a.map || fail "expected a map of both halves"
printf 'int main(void) { return 0; }\n' >b.c
run dyad-cc b.c -Wl,--no-such-linker-flag -o b
expect_status 1
grep -q -- '--no-such-linker-flag' .err || fail "expected the flag to be named"
expect_only_files a.c a.map a b.c
