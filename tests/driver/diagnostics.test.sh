# Diagnostics are clang's: text, line and column, fix-its; colours by flag and not otherwise in a pipe.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int main(void) {\n    int x = 1\n    return x;\n}\n' >a.c
run dyad-cc -c a.c
expect_status 1
expect_stderr_line "a.c:2:14: error: expected ';' at end of declaration"
expect_stderr_line "1 error generated."
expect_only_files a.c
run dyad-cc -fdiagnostics-color=always -c a.c
grep -q "$(printf '\033')" .err || fail "expected colours"
NO_COLOR=1 run dyad-cc -c a.c
! grep -q "$(printf '\033')" .err || fail "expected no colours with NO_COLOR"
printf 'int f(void) { int unused; return 0; }\n' >b.c
must dyad-cc -Wall -c b.c
expect_stderr_match "b\.c:1:19: warning: unused variable 'unused' \[-Wunused-variable\]"
[ "$(grep -c 'warning:' .err)" = 1 ] || fail "expected the warning once"
