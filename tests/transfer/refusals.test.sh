# Whatever cannot go on at the destination is refused before the source stops, each with its own message, and both sides
# go on: the program runs, the destination listens.
source "$(dirname "$0")/hosts.sh"

reference 250 1
start 250 1
refused() { # MESSAGE RECEIVE-OPTIONS...
    local message=$1
    shift
    receive --listen "unix:$PWD/socket" "$@"
    migrate --to "$address" ${with:-}
    expect_status 1
    expect_stderr_match "$message"
    kill -0 $destination || fail "the destination ended"
    kill $destination
    wait $destination || true
}
refused "dyad migrate: error: 'unix:.*' waits for another program: its pair id is .*" "$other"
refused 'dyad migrate: error: unix:.* refuses: too little memory: the program was promised [0-9]+ MiB, --mem allows 64 MiB' --mem 64M "$steps"
with="--isa x86_64" refused 'dyad migrate: error: unix:.* refuses: expected a program for aarch64, .*' --isa aarch64 "$steps"

# Nobody there; no such place; no such mode.
migrate --to "unix:$PWD/nothing"
expect_status 1
expect_stderr_match 'dyad migrate: error: cannot connect to unix:.*: No such file or directory'
migrate --to nonsense
expect_stderr_line "dyad migrate: error: --to: expected HOST:PORT or unix:PATH, found 'nonsense'"

# A destination that could not be reached by the name it was given does not wait at all; records are closed to others.
mkdir -p open/dyad new
chmod 755 open/dyad
XDG_RUNTIME_DIR=$PWD/open XDG_STATE_HOME=$PWD/new run dyad receive --machine process --name job --listen "unix:$PWD/socket" "$steps"
expect_status 125
expect_stderr_match 'dyad receive: error: .*/open/dyad must belong to you and be closed to others: .*'
(
    export XDG_RUNTIME_DIR=$PWD/new XDG_STATE_HOME=$PWD/new
    dyad receive --machine process --listen "unix:$PWD/socket" "$steps" 2>new.err &
    wait_for grep -q '^dyad receive: waiting on ' new.err
    kill $!
)
[ "$(stat -c %a new/dyad)" = 700 ] || fail "the folder of records is open to others"

# Garbage, and silence, leave the destination as it was.
receive --listen 127.0.0.1:0 --link-timeout 1 "$steps"
python3 - "$address" <<'P'
import os, socket, sys
host, port = sys.argv[1].rsplit(":", 1)
for bytes in (b"", b"GET / HTTP/1.0\r\n\r\n", os.urandom(100000), b"DYADMOVE", b"DYADMOVE" + os.urandom(100000)):
    connection = socket.create_connection((host, int(port)))
    try:
        connection.sendall(bytes)
    except OSError:
        pass
    connection.close()
silent = [socket.create_connection((host, int(port))) for _ in range(12)]
silent[0].settimeout(5)
silent[0].recv(100)
P
wait_for grep -q 'is not a transfer' there.err
wait_for grep -q 'nothing was heard for 1 s' there.err
# A dry run asks and moves nothing; then it moves.
migrate --to "$address" --dry-run
expect_status 0
expect_stdout_match 'job can be moved to .* \(process x86_64\): .*'
migrate --to "$address" --dry-run --max-bandwidth 1M
expect_stdout_match 'job can be moved to .*, about [0-9.]+ s at 1.0 MiB/s'
migrate --to "$address"
expect_status 0
finish $destination
[ $ended = 7 ] || fail "expected status 7 at the destination, found $ended"
expect_reference here.out there.out
