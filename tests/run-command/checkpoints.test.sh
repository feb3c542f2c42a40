# A program that is written to a file goes on from there, on any machine; a file that is not whole starts nothing, and a
# checkpoint that cannot be written leaves the program running.
# timeout: 300
source "$(dirname "$0")/../lib/harness.sh"
export XDG_RUNTIME_DIR=$PWD
cat >walk.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {
    FILE *file = fopen("/kept", "w+");
    for (int i = 0; i < atoi(argv[1]); i++) {
        printf("%d\n", i);
        fprintf(file, "%d\n", i);
        fflush(stdout);
        usleep(atoi(argv[2]));
    }
    char line[100];
    rewind(file);
    while (fgets(line, sizeof line, file)) fputs(line, stdout);
    while (fgets(line, sizeof line, stdin)) fputs(line, stdout);
    printf("%s %s\n", getenv("MARK"), argv[argc - 1]);
    return 9;
}
C
must_quietly dyad-cc -O2 walk.c -o walk
must_quietly dyad-cc -O1 walk.c -o other
seq 1 30000 >numbers
status=0
dyad run --machine process --env MARK=x walk 100 0 last <numbers >expected || status=$?
[ $status = 9 ] || fail "expected status 9, found $status"
start() {
    rm -f out # what a job before wrote must not be taken for this one's
    dyad run --timeout 100 --name job --machine process --env MARK=x walk 100 20000 last <numbers >out 2>err &
    job=$!
    for _ in $(seq 600); do
        [ -s out ] && return
        sleep 0.05
    done
    fail "the program did not start: $(cat err)"
}
ended() { # STATUS
    status=0
    wait $job || status=$?
    [ $status = "$1" ] || fail "expected status $1, found $status: $(cat err)"
}

start
must_quietly dyad checkpoint job -o running --leave-running
expect_stdout_match "wrote job to running: [0-9]+ bytes of memory in [0-9]+ bytes; it goes on"
sleep 0.1
must_quietly dyad checkpoint job -o ended
expect_stdout_match "wrote job to ended: [0-9]+ bytes of memory in [0-9]+ bytes; it has ended here"
ended 123
[ ! -s err ] || fail "expected nothing on stderr: $(cat err)"
cp out first
for machine in "--machine process --isa aarch64" "--machine process --isa x86_64" "--isa aarch64" "--isa x86_64 --accel tcg"; do
    status=0
    # shellcheck disable=SC2086 # words are meant
    dyad restore $machine ended <numbers >rest 2>err || status=$?
    [ $status = 9 ] || fail "$machine: expected status 9, found $status: $(cat err)"
    cat first rest | cmp expected - || fail "$machine: expected the rest of the output"
done
mv walk elsewhere
run dyad restore ended
expect_status 125
expect_stderr_match "dyad restore: error: ended names its image; give another one after it: cannot open image .*walk: No such file or directory"
status=0
dyad restore --machine process --hop points=50,count=5,min=3 --name again ended elsewhere <numbers >rest || status=$?
[ $status = 9 ] || fail "expected status 9, found $status"
cat first rest | cmp expected - || fail "expected the rest of the output after hops"
mv elsewhere walk

# Refused before anything is started.
refuse() { # PATTERN FILE...
    run dyad restore --machine process "${@:2}"
    expect_status 125
    expect_no_stdout
    expect_stderr_match "dyad restore: error: $1"
}
refuse "'ended' is a checkpoint of another program: .*" ended other
refuse ".*absent.*No such file or directory" absent
refuse "'walk' is not a checkpoint: .*" walk
for size in 0 10 200 $(($(stat -c %s ended) / 2)) $(($(stat -c %s ended) - 1)); do
    head -c "$size" ended >short
    refuse "'short' .*" short
done
python3 - <<'PY'
data = bytearray(open("ended", "rb").read())
data[len(data) // 2] ^= 4
open("flipped", "wb").write(data)
PY
refuse "'flipped' .*" flipped

# What cannot be written leaves the program and nothing else.
start
run dyad checkpoint job -o absent/file
expect_status 1
expect_stderr_match "dyad checkpoint: error: .*absent/file.*No such file or directory"
run dyad checkpoint job -o /dev/full
expect_status 1
expect_stderr_match "dyad checkpoint: error: .*No space left on device"
ended 9
cmp expected out || fail "expected the program to go on"
run dyad checkpoint job -o file
expect_status 1
expect_stderr_line "dyad checkpoint: error: no program named 'job' is running, nor any other"
[ ! -e file ] || fail "expected no file"
