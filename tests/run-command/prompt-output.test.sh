# Output reaches the reader at once, also if the program then computes without waiting; thousands of round trips
# do not hang: doorbells are never lost.
# timeout: 300
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

cat >trips.py <<'PY'
import os, select, subprocess, sys, time
isa, machine, trips, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
command = ["dyad", "run", "--isa", isa, "--machine", machine, "deeds"]
def read(pipe, seconds):
    if not select.select([pipe], [], [], seconds)[0]:
        sys.exit(f"{isa} on {machine}: nothing came in {seconds} s")
    return os.read(pipe.fileno(), 4096)
with subprocess.Popen(command + ["copy"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as program:
    for i in range(trips):
        line = b"%d\n" % i
        program.stdin.write(line)
        answer = b""
        while len(answer) < len(line):
            answer += read(program.stdout, 60)
        assert answer == line, (answer, line)
    program.stdin.close()
assert program.returncode == 0
with subprocess.Popen(command + ["compute", steps], stdout=subprocess.PIPE, bufsize=0) as program:
    assert read(program.stdout, 60) == b"before\n"
    # It still runs: what was written came before the end.
    assert program.poll() is None, "the program ended before its output came"
assert program.returncode == 0
PY
trips=3000
[ -z "${DYAD_TEST_QUICK:-}" ] || trips=300
for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    steps=300000000
    [ "$combination" != "x86_64 process" ] || steps=2000000000
    must python3 trips.py "$isa" "$machine" $trips $steps
done
