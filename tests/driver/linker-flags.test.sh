# -Map, --wrap, --defsym, -u and --gc-sections reach lld; a flag that lld does not know is lld's to refuse; what contradicts
# a pair is refused with the reason, never dropped.
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

must_quietly dyad-cc -O1 b.c -Wl,--exclude-libs,ALL -Wl,--undefined,main -Wl,-M -o b
expect_stdout_line "Common to both halves"
rm b
refused() { # FLAG MESSAGE
    run dyad-cc b.c "$1" -o b
    expect_status 1
    expect_stderr_line "dyad-cc: error: $2"
    expect_only_files a.c a.map a b.c
}
refused -Wl,-T,own.ld "'-T own.ld': the layout of a pair is Dyad's own; linker scripts are not supported"
refused -Town.ld "'-T own.ld': the layout of a pair is Dyad's own; linker scripts are not supported"
refused -Wl,-Ttext=0x1000 "'-Ttext=0x1000': the layout of a pair is Dyad's own"
refused -Wl,--image-base=0x1000 "'--image-base=0x1000': the layout of a pair is Dyad's own"
refused -Wl,-e,start "'-e start': a pair starts in the libOS, which calls main"
refused -Wl,--entry=start "'-e start': a pair starts in the libOS, which calls main"
refused -Wl,-q "'-q': a pair image holds no relocations"
refused -Wl,--oformat=binary "'--oformat=binary': a pair image is an ELF file; 'dyad image extract' and dyad-objcopy make other formats of its halves"
# Build systems ask which linker it is.
must_quietly dyad-cc -Wl,--version b.c
grep -q '^.*LLD 19.*compatible with GNU linkers' .out || fail "expected lld's version"
