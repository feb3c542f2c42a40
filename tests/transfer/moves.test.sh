# A program goes on at the destination, on either ISA and either kind of machine, with its output, files and exit status.
source "$(dirname "$0")/hosts.sh"

reference 60 2
move_to() { # RECEIVE OPTIONS...
    receive "$@" "$steps"
    start 60 2
    migrate --to "$address"
    expect_status 0
    expect_stdout_match 'moved job to [^ ]* \((process|qemu) [^:]*\): [0-9]+ bytes, [0-9.]+ ms downtime, [0-9.]+ s'
    finish_moved
    grep -qxF "dyad: the program goes on at $address ($expected)" here.err || fail "the source says: $(cat here.err)"
    [ -s there.out ] || fail "nothing was printed at the destination"
}

expected="process x86_64" move_to --listen "unix:$PWD/socket"
[ ! -e socket ] || fail "the socket was left behind"
expected="process x86_64" move_to --listen 127.0.0.1:0
expected="process aarch64" move_to --listen 127.0.0.1:0 --isa aarch64
[ -n "${DYAD_TEST_QUICK:-}" ] || expected="qemu x86_64 (tcg)" move_to --listen 127.0.0.1:0 --machine qemu --accel tcg

# Files are copied out where the program ends; a destination that would lose them is refused.
# Long enough for a busy host to refuse it first.
reference 400 2
run_options="--fs-out kept"
receive --listen 127.0.0.1:0 "$steps"
start 400 2
migrate --to "$address"
expect_status 1
expect_stderr_match '.*give dyad receive a --fs-out'
kill $destination
receive --listen 127.0.0.1:0 --fs-out results "$steps"
migrate --to "$address"
expect_status 0
finish $destination
[ "sum $(cat results/result)" = "$(tail -n 1 reference)" ] || fail "the files did not move along"
