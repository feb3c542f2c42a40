# -v prints the steps and runs them.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int main(void) { return 0; }' >main.c
must dyad-cc -v -O2 main.c -o main
grep -q 'main\.c' .err || fail "expected the compile step"
expect_file main
