# --stats writes the documented JSON, whole, and leaves devices what they are.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

check() { # FILE HOW VALUE STATUS
    python3 - "$@" <<'PY'
import json, sys
path, how, value, status = sys.argv[1:]
found = json.load(open(path))
assert list(found) == ["version", "machine", "timeline_ms", "frames", "bytes", "moves", "migrations", "exit"], found
assert found["version"] == 1 and found["machine"] == "process x86_64"
assert list(found["timeline_ms"]) == ["start", "hello", "main", "exit"]
times = list(found["timeline_ms"].values())
assert times[0] == 0 and times == sorted(times), times
assert set(found["frames"]) == {"from_guest", "to_guest"}
assert set(found["bytes"]) == {"stdin", "stdout", "stderr", "files_in"}
none = {"median": None, "p99": None, "most": None}
assert found["moves"] == {"done": 0, "failed": 0, "bytes": 0, "request_to_stopped_ms": none, "moving_ms": none,
                          "downtime_ms": none}, found["moves"]
assert found["migrations"] == []
assert found["exit"] == {"how": how, "value": int(value), "status": int(status)}, found["exit"]
PY
}
must_quietly process --stats s.json deeds hello
check s.json exited 0 0
grep -q '"stdout": 6' s.json || fail "expected 6 bytes of output counted"
run process --stats s.json deeds exit 3
check s.json exited 3 3
run process --stats s.json deeds raise 15
check s.json signalled 15 143
run process --stats s.json --timeout 1 deeds wait
python3 -c 'import json; assert json.load(open("s.json"))["exit"]["how"] == "timed out"'
run process --stats absent/s.json deeds hello
expect_status 125
expect_no_stdout
expect_stderr_match "dyad run: error: --stats: cannot write absent/s.json: .*"
run process --stats /dev/full deeds hello
expect_status 125
must_quietly process --stats /dev/null deeds hello
[ -c /dev/null ] || fail "expected /dev/null to stay a device"
# What a stream is open on is written to, not replaced.
ln -s /proc/self/fd/2 link
must process --stats link deeds hello
[ -L link ] || fail "expected the link to stay"
check .err exited 0 0
ls .err* s.json* | grep -q tmp && fail "expected no temporary file"
true
