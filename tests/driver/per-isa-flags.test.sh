# -Xarch_ISA gives a flag to one half's code generation only; the halves still match.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int main(void) { return 0; }\n' >a.c
must dyad-cc -O2 -Xarch_x86_64 -mno-avx -Xarch_aarch64 -mfix-cortex-a53-835769 a.c -o a
must dyad check a
run dyad-cc -Xarch_sparc -O2 a.c -o b
expect_status 1
expect_stderr_line "dyad-cc: error: '-Xarch_sparc' names no ISA; expected -Xarch_x86_64 or -Xarch_aarch64"
