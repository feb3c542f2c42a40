# -v without input says what the compiler is and succeeds.
source "$(dirname "$0")/../lib/harness.sh"

must dyad-cc -v
expect_no_stdout
expect_stderr_match 'clang version 19\..*'
must dyad-cc -v -E
