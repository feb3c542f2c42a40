# -### prints the steps of the whole way, one a line, and runs none.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int main(void) { return 0; }' >main.c
must dyad-cc -### -O2 main.c -o main
expect_no_stdout
grep -q 'main\.c' .err || fail "expected the compile step"
grep -q 'x86_64' .err && grep -q 'aarch64' .err || fail "expected steps for both ISAs"
expect_only_files main.c
