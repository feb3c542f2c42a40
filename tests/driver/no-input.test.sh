# Without input: one error, status 1.
source "$(dirname "$0")/../lib/harness.sh"

run dyad-cc
expect_status 1
expect_no_stdout
expect_stderr_match '(dyad-cc: )?error: no input files'
run dyad-cc -O2 -o nothing
expect_status 1
expect_only_files
