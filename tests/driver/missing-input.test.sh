# A source that does not exist is named; nothing is written.
source "$(dirname "$0")/../lib/harness.sh"

run dyad-cc -c none.c -o none.o
expect_status 1
expect_stderr_match ".*error: no such file or directory: 'none\.c'"
expect_only_files
