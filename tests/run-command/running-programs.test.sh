# dyad ps and stop find programs by their names, and nobody else does. Nothing that a client does harms a program.
# timeout: 240
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"
export XDG_RUNTIME_DIR=$PWD/runtime
mkdir runtime

start() { # NAME [OPTIONS]: starts a program that waits
    rm -f "$1.out"
    dyad run --machine process --timeout 200 --name "$1" "${@:2}" deeds wait >"$1.out" 2>"$1.err" &
    for _ in $(seq 600); do
        [ -s "$1.out" ] && return
        sleep 0.05
    done
    fail "$1 did not start: $(cat "$1.err")"
}

must_quietly dyad ps
expect_stdout "NAME                          PID MACHINE                     TIME  MOVES  IMAGE"
run dyad stop absent
expect_status 1
expect_stderr_line "dyad stop: error: no program named 'absent' is running, nor any other"

start one
one=$!
start two --isa aarch64
two=$!
[ "$(stat -c %a runtime/dyad)" = 700 ] || fail "expected a directory of mode 700"
must_quietly dyad ps --json
python3 - .out <<'PY'
import json, sys
listed = json.load(open(sys.argv[1]))
assert listed["version"] == 1
assert [(p["name"], p["isa"], p["machine"], p["moves"]) for p in listed["programs"]] == [
    ("one", "x86_64", "process x86_64", 0), ("two", "aarch64", "process aarch64", 0)], listed
PY
run dyad stop thre
expect_status 1
expect_stderr_line "dyad stop: error: no program named 'thre' is running; running: one, two"
run process --name one deeds hello
expect_status 125
expect_no_stdout
expect_stderr_line "dyad run: error: a program named 'one' is running already; choose another --name"
run process --name ../one deeds hello
expect_status 125
expect_stderr_match "dyad run: error: --name takes up to 64 letters.*found '../one'"

# Clients that are wrong, slow, greedy or gone.
python3 - <<'PY'
import json, os, socket
def connect():
    s = socket.socket(socket.AF_UNIX)
    s.connect("runtime/dyad/one")
    s.settimeout(20)
    return s
def answer(s):
    text = b""
    while not text.endswith(b"\n"):
        more = s.recv(65536)
        assert more, "hung up"
        text += more
    return json.loads(text)
def refused(request, words):
    s = connect()
    s.sendall(request)
    found = answer(s)
    assert found["ok"] is False and words in found["error"], (request[:80], found)
refused(b"hello\n", "one JSON object a line")
refused(b"[1, 2]\n", "one JSON object a line")
refused(b"\xff\xfe\n", "one JSON object a line")
refused(b'{"command": "dance"}\n', "found 'dance'")
refused(b'{"command": 3}\n', "found ''")
refused(b'{"command": "migrate"}\n', "found ''")
refused(b'{"command": "migrate", "isa": "aarch64", "machine": "toaster"}\n', "found 'toaster'")
refused(b'{"command": "checkpoint", "file": "relative"}\n', "found 'relative'")
refused(b"[" * 16000 + b"\n", "one JSON object a line")
refused(b"x" * 20000, "at most 16384 bytes")
for _ in range(50):
    connect().close()
    s = connect(); s.sendall(b'{"command": "stat'); s.close()
    s = connect(); s.sendall(b'{"command": "status"}\n'); s.close()
idle = [connect() for _ in range(20)]
flood = connect()
flood.setblocking(False)
try:
    while True:
        flood.send(b'{"command": "status"}\n' * 100)
except BlockingIOError:
    pass
two = connect()
two.sendall(b'{"command": "status"}\n' * 2)
text = b""
while text.count(b"\n") < 2:
    text += two.recv(65536)
assert all(json.loads(line)["name"] == "one" for line in text.splitlines())
PY

must_quietly dyad stop one
status=0
wait $one || status=$?
[ $status = 143 ] || fail "stopped program: expected status 143, found $status"
[ ! -e runtime/dyad/one ] || fail "expected the socket to be removed"
must_quietly dyad stop --kill two
status=0
wait $two || status=$?
[ $status = 137 ] || fail "killed program: expected status 137, found $status"
# Its socket is left behind until somebody meets it.
[ -e runtime/dyad/two ] || fail "expected a socket to be left"
must_quietly process --name two deeds hello
start three
kill -KILL $!
wait $! || true
must_quietly dyad ps --json
expect_stdout '{
  "version": 1,
  "programs": []
}'
[ ! -e runtime/dyad/three ] || fail "expected the socket that was left to be removed"

# A directory that others could use is not used; the program runs without, unless it was to have a name.
chmod 755 runtime/dyad
must_quietly process deeds hello
run process --name four deeds hello
expect_status 125
expect_stderr_match "dyad run: error: .*/runtime/dyad must belong to you and be closed to others: .* mode 755"
run dyad ps
expect_status 1
