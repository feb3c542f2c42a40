# An undefined symbol is named once, with the object that wants it.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int nowhere(void); int main(void) { return nowhere(); }' >main.c
must_quietly dyad-cc -c main.c
run dyad-cc main.o -o main
expect_status 1
expect_stderr_line "dyad-cc: error: undefined symbol: nowhere"
expect_stderr_match ">>> referenced by .*main\.o.*"
expect_only_files main.c main.o
