# Without QEMU each machine that needs it says what to install; doctor says what is left.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

mkdir nothing
dyad=$(command -v dyad)
without() { run env PATH="$PWD/nothing" "$dyad" "$@"; }
without run deeds hello
expect_status 125
expect_stderr_line "dyad run: error: qemu-system-x86_64 not found; install the package qemu-system-x86, or use --machine process"
without run --isa aarch64 deeds hello
expect_status 125
expect_stderr_line "dyad run: error: qemu-system-aarch64 not found; install the package qemu-system-arm, or use --machine process"
without run --isa aarch64 --machine process deeds hello
expect_status 125
expect_stderr_line "dyad run: error: qemu-aarch64 not found; install the package qemu-user, or use --machine qemu"
without run --machine process deeds hello
expect_status 0
expect_stdout hello
without doctor
expect_status 1
expect_stdout_line "x86_64   runs on: process"
expect_stdout_line "aarch64  runs on: nothing yet; see !! above"
