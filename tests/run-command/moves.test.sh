# A program that is moved ends as if it never had: output, input and exit status, on every kind of machine; and what cannot be
# done leaves it where it is.
# timeout: 400
source "$(dirname "$0")/../lib/harness.sh"
export XDG_RUNTIME_DIR=$PWD
cat >walk.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <dyad/dyad.h>
/* walk STEPS PAUSE: numbers, slowly; then what standard input holds. Forbids migration in between if PAUSE is negative. */
static unsigned long fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(int argc, char **argv) {
    int steps = atoi(argv[1]), pause = atoi(argv[2]);
    unsigned long sum = 0;
    if (pause < 0) dyad_forbid_migration();
    for (int i = 0; i < steps; i++) {
        sum += fib(15 + i % 5);
        printf("%d %lu\n", i, sum);
        fflush(stdout);
        usleep(abs(pause));
    }
    if (pause < 0) dyad_allow_migration();
    char line[100];
    while (fgets(line, sizeof line, stdin)) fputs(line, stdout);
    return 7;
}
C
must_quietly dyad-cc -O2 walk.c -o walk
must_quietly dyad-cc -O2 -fno-migration walk.c -o still
seq 1 20000 >numbers
expected() { # STEPS
    status=0
    dyad run --machine process walk "$1" 0 <numbers >expected || status=$?
    [ $status = 7 ] || fail "expected status 7, found $status"
}
start() { # OPTIONS, IMAGE, ARGUMENTS of dyad run: in the background, named job
    rm -f out # what a job before wrote must not be taken for this one's
    dyad run --timeout 200 --name job "$@" <numbers >out 2>err &
    job=$!
    for _ in $(seq 600); do
        [ -s out ] && return
        sleep 0.05
    done
    fail "the program did not start: $(cat err)"
}
ended() { # STATUS: of the job
    status=0
    wait $job || status=$?
    [ $status = "$1" ] || fail "expected status $1, found $status: $(cat err)"
    [ ! -s err ] || fail "expected nothing on stderr, found: $(cat err)"
}
isa_now() { dyad ps --json | python3 -c 'import json, sys; print(*[p["machine"] for p in json.load(sys.stdin)["programs"]])'; }

# There and back, to the same ISA, and to another kind of machine.
expected 300
start --machine process walk 300 10000
must_quietly dyad migrate job --isa aarch64
grep -qE '^moved job to process aarch64: [0-9]+ bytes, [0-9.]+ ms downtime$' .out || fail "unexpected report: $(cat .out)"
[ "$(isa_now)" = "process aarch64" ] || fail "expected it to be on AArch64, found $(isa_now)"
must_quietly dyad migrate job --isa aarch64 --self-test
must_quietly dyad migrate job --isa x86_64 --stats=json
python3 - .out <<'PY'
import json, sys
found = json.load(open(sys.argv[1]))
assert (found["from"], found["to"], found["machine"]) == ("aarch64", "x86_64", "process x86_64"), found
assert found["frames"] > 1 and found["bytes"] > 0 and found["downtime_us"] > 0, found
PY
must_quietly dyad migrate job --isa aarch64 --machine qemu --self-test
must_quietly dyad migrate job --isa x86_64
[[ "$(isa_now)" == "qemu x86_64"* ]] || fail "expected QEMU, found $(isa_now)"
must_quietly dyad migrate job --isa aarch64 --machine process
ended 7
cmp expected out || fail "expected the output of a program that was not moved"

# Hops: by points, by time, staying on one ISA, and too few of them.
hop() { # PLAN, OPTIONS...: runs walk 60
    last_command="--hop $*"
    status=0
    dyad run --machine process --stats s.json --hop "$@" walk 60 0 <numbers >out 2>err || status=$?
    [ $status = 7 ] || fail "expected status 7, found $status: $(cat err)"
    [ ! -s err ] || fail "expected nothing on stderr, found: $(cat err)"
    cmp expected out || fail "expected the output of a program that was not moved"
}
hops() { python3 -c 'import json; print(len(json.load(open("s.json"))["migrations"]))'; }
expected 60
hop points=500,count=25,min=25
[ "$(hops)" = 25 ] || fail "expected 25 hops, found $(hops)"
hop points=500,count=25,min=25 --isa aarch64
hop points=500,isa=same,count=10,min=10
grep -q '"to": "aarch64"' s.json && fail "expected to stay on x86-64"
hop points=5000,min=1
first=$(hops)
hop points=5000,min=1
[ "$(hops)" = "$first" ] || fail "expected as many hops in each run: $first, $(hops)"
hop every=1ms,count=5
hop every=random,count=5
run dyad run --machine process --hop points=4000000000,min=1 walk 3 0
expect_status 125
expect_stderr_line "dyad run: error: --hop: the program was moved 0 times; at least 1 were demanded"
for plan in "" points=0 every=5 every=5ms,points=3 count=4 points=x points=5,isa=arm fly=1; do
    [ -z "$plan" ] && continue
    run dyad run --machine process --hop "$plan" walk 3 0
    expect_status 125
    expect_no_stdout
    grep -q '^dyad run: error: --hop' .err || fail "--hop $plan: expected an error"
done
run dyad run --machine process --hop points=5 still 3 0
expect_status 125
expect_no_stdout
expect_stderr_match "dyad run: error: --hop: still was linked with -fno-migration.*"

# Refused before anything happens.
start --machine process still 60 10000
run dyad migrate job --isa aarch64
expect_status 1
expect_stderr_match "dyad migrate: error: still was linked with -fno-migration: it cannot be captured"
ended 7
cmp expected out || fail "expected the program to go on"

# Forbidden: waits, says so, and works afterwards.
start --machine process walk 60 -50000
run dyad migrate job --isa aarch64 --timeout 1
expect_status 1
expect_stderr_match "dyad migrate: error: the program could not be stopped within 1 s: the program has forbidden migration for .* s"
must_quietly dyad migrate job --isa aarch64 --timeout 60
ended 7
cmp expected out || fail "expected the program to go on"

# A destination that cannot be started, or ends before the arrival.
start --machine process walk 60 50000
mkdir -p none
for isa in x86_64 aarch64; do
    run env PATH="$PATH" dyad migrate job --isa riscv64
    expect_status 1
    expect_stderr_match "dyad migrate: error: expected the ISA x86_64 or aarch64, found 'riscv64'"
done
dyad migrate job --isa aarch64 --machine qemu >migrated 2>&1 &
mover=$!
source_child=$(cat /proc/$job/task/*/children | tr -d ' ')
for _ in $(seq 1000); do
    read -r -a children <<<"$(cat /proc/$job/task/*/children)"
    [ ${#children[@]} -gt 1 ] && break
done
[ ${#children[@]} = 2 ] || fail "expected two machines, found ${#children[@]}"
kill -KILL "${children[1]}"
status=0
wait $mover || status=$?
[ $status = 1 ] || fail "expected the move to fail: $(cat migrated)"
grep -qE '^dyad migrate: error: the destination machine ended: signal 9' migrated || fail "found: $(cat migrated)"
[ "$(cat /proc/$job/task/*/children | tr -d ' ')" = "$source_child" ] || fail "expected the old machine and no other"
ended 7
cmp expected out || fail "expected the program to go on"

# Nobody waits for a program that ends while its destination starts; its exit status stays.
dyad run --name job --machine process walk 60 3000 <numbers >out 2>err &
job=$!
sleep 0.1
for _ in $(seq 100); do dyad migrate job --isa aarch64 --machine qemu >migrated 2>&1 && break; done &
mover=$!
ended 7
cmp expected out || fail "expected the program's output"
kill $mover 2>/dev/null || true
wait $mover 2>/dev/null || true

# A signal to dyad while the program is between two machines leaves no process behind.
start --machine process walk 600 10000
dyad migrate job --isa aarch64 --machine qemu >migrated 2>&1 &
mover=$!
for _ in $(seq 1000); do
    read -r -a children <<<"$(cat /proc/$job/task/*/children)"
    [ ${#children[@]} -gt 1 ] && break
done
kill -TERM $job
status=0
wait $job || status=$?
[ $status = 143 ] || fail "expected status 143, found $status"
wait $mover && fail "expected the move to fail"
for child in "${children[@]}"; do
    kill -0 "$child" 2>/dev/null && fail "process $child is left"
done

# No QEMU for the other ISA.
ln -s "$(command -v bash)" none/bash
dyad=$(command -v dyad)
rm -f out
PATH=$PWD/none "$dyad" run --name job --machine process walk 60 50000 <numbers >out 2>err &
job=$!
for _ in $(seq 100); do
    [ -s out ] && break
    sleep 0.05
done
run dyad migrate job --isa aarch64 --machine qemu
expect_status 1
expect_stderr_match "dyad migrate: error: qemu-system-aarch64 not found; .*"
run dyad migrate job --isa aarch64
expect_status 1
expect_stderr_match "dyad migrate: error: qemu-aarch64 not found; .*"
ended 7
cmp expected out || fail "expected the program to go on"
