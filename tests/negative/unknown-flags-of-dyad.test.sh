# Every dyad subcommand refuses an unknown flag and an unknown subcommand, with a suggestion.
source "$(dirname "$0")/../lib/harness.sh"

run dyad run --machin process a
expect_status 125
expect_stderr_line "dyad run: error: unknown flag '--machin'; did you mean '--machine'?"
run dyad check --jason a
expect_status 1
expect_stderr_match "dyad check: error: unknown flag '--jason'.*"
run dyad rum a
expect_status 1
expect_stderr_line "dyad: error: unknown subcommand 'rum'; did you mean 'run'?"
run dyad inspect --jsn a
expect_stderr_line "dyad inspect: error: unknown flag '--jsn'; did you mean '--json'?"
run dyad run --isa sparc a
expect_status 125
expect_stderr_line "dyad run: error: --isa takes x86_64 or aarch64, found 'sparc'"
run dyad run --machine cloud a
expect_status 125
expect_stderr_line "dyad run: error: --machine takes qemu or process, found 'cloud'"
run dyad
expect_status 1
expect_stderr_match "dyad: error: no subcommand given.*"
