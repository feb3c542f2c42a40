# Checkpoints that build on others, at once and lazily restored, on every machine: the program goes on as if nothing had
# been; a file that is missing, another, or not whole is named, and gives no wrong output.
# timeout: 300
source "$(dirname "$0")/../lib/harness.sh"
export XDG_RUNTIME_DIR=$PWD
cat >steps.c <<'C'
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
enum { kWords = 3 << 20, kStep = 4000 };
static uint64_t next(uint64_t *state) {
    *state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
    return *state;
}
int main(void) {
    uint64_t *memory = malloc(kWords * sizeof *memory), state = 88172645463325252u, sum = 0;
    for (size_t i = 0; i < kWords; i++) memory[i] = i % 1024 < 512 ? next(&state) : i;
    puts("ready"), fflush(stdout);
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        state += strtoull(line, NULL, 10);
        /* All over the memory it reads, in a part of it that moves on it writes. */
        size_t part = next(&state) % 8 * (kWords / 8);
        for (int i = 0; i < kStep; i++) {
            sum += memory[next(&state) % kWords];
            if (i % 64 == 0) memory[part + next(&state) % (kWords / 64)] += sum;
        }
        printf("%s%llu\n", line, (unsigned long long)sum), fflush(stdout);
    }
    for (size_t i = 0; i < kWords; i++) sum = sum * 31 + memory[i];
    printf("%llu\n", (unsigned long long)sum);
    return 5;
}
C
must_quietly dyad-cc -O2 steps.c -o steps
status=0
seq 6 | dyad run --machine process steps >expected || status=$?
[ $status = 5 ] || fail "expected status 5, found $status"

await() { # FILE LINES
    for _ in $(seq 1200); do
        [ "$(wc -l <"$1")" -ge "$2" ] && return
        kill -0 "$job" 2>/dev/null || fail "the program ended: $(cat err)"
        sleep 0.05
    done
    fail "expected $2 lines in $1, found $(wc -l <"$1")"
}
ended() { # STATUS
    status=0
    wait "$job" || status=$?
    [ $status = "$1" ] || fail "expected status $1, found $status: $(cat err)"
}
mkfifo steps-in
dyad run --timeout 200 --name job --machine process steps <steps-in >first 2>err &
job=$!
exec 3>steps-in
await first 1
echo 1 >&3
await first 3
must_quietly dyad checkpoint job -o a --leave-running --watch
echo 2 >&3
await first 5
looked_at() { sed -nE 's/.* of ([0-9]+) that were looked at .*/\1/p' .out; }
must_quietly dyad checkpoint job -o b --base a --leave-running --watch
[ "$(looked_at)" -lt $((12 << 20)) ] || fail "expected few pages to be looked at, found $(cat .out)"
must_quietly dyad checkpoint job -o b2 --base b --leave-running --watch
[ "$(looked_at)" -lt $((1 << 20)) ] || fail "expected next to no pages to be looked at, found $(cat .out)"
run dyad checkpoint job -o b --base b
expect_status 1
expect_stderr_match "dyad checkpoint: error: '.*/b' would replace what it builds on"
run dyad checkpoint job -o a --base b
expect_status 1
expect_stderr_match "dyad checkpoint: error: '.*/a' would replace what it builds on"
run dyad checkpoint job -o x --base steps.c
expect_status 1
expect_stderr_match "dyad checkpoint: error: '.*/steps.c' is not a checkpoint: .*"
run dyad checkpoint job -o x --base absent
expect_status 1
expect_stderr_match "dyad checkpoint: error: cannot read '.*/absent': No such file or directory"
[ ! -e x ] || fail "expected no file x"
echo 3 >&3
await first 7
# A disk that is full, and stays as it was.
if mkdir small && mount -t tmpfs -o size=1m none small 2>/dev/null; then
    trap 'umount small' EXIT
    run dyad checkpoint job -o small/whole
    expect_status 1
    expect_stderr_match "dyad checkpoint: error: .*: No space left on device"
    [ -z "$(ls -A small)" ] || fail "expected nothing on the full disk, found $(ls -A small)"
    umount small
    trap - EXIT
fi
must_quietly dyad checkpoint job -o plain --compress 0 --leave-running
must_quietly dyad migrate job --isa aarch64
must_quietly dyad checkpoint job -o c --base b2
[ "$(looked_at)" -gt $((24 << 20)) ] || fail "expected all pages to be looked at after a move, found $(cat .out)"
expect_stdout_match "wrote job to c: [0-9]+ bytes of memory of [0-9]+ that were looked at in [0-9]+ bytes; it has ended here"
ended 123
exec 3>&-
size() { stat -c %s "$1"; }
[ "$(size plain)" -gt $((24 << 20)) ] || fail "expected all memory in plain, found $(size plain) bytes"
[ "$(size a)" -lt $(($(size plain) * 4 / 5)) ] || fail "expected a to be compressed, found $(size a) bytes"
for file in b c; do
    [ $(($(size $file) * 3)) -lt "$(size a)" ] || fail "expected little in $file, found $(size $file) bytes"
done

goes_on() { # OPTION... FILE
    status=0
    printf '%s\n' 4 5 6 | dyad restore --timeout 100 "$@" >rest 2>err || status=$?
    [ $status = 5 ] || fail "$*: expected status 5, found $status: $(cat err)"
    [ ! -s err ] || fail "$*: expected nothing on stderr: $(cat err)"
    cat first rest | cmp expected - || fail "$*: expected the rest of the output"
}
for machine in "process --isa x86_64" "process --isa aarch64" "qemu --isa x86_64 --accel tcg" "qemu --isa aarch64"; do
    for how in "" --lazy; do
        # shellcheck disable=SC2086 # words are meant
        goes_on --machine $machine $how c
    done
done
goes_on --machine process --lazy plain

# Moved and written anew while it is being read.
mkfifo more-in
dyad restore --lazy --timeout 100 --name job --machine process --isa x86_64 c <more-in >rest 2>err &
job=$!
exec 3>more-in
for _ in $(seq 600); do
    [ -n "$(dyad ps 2>/dev/null | grep job)" ] && break
    sleep 0.05
done
must_quietly dyad migrate job --isa aarch64
must_quietly dyad checkpoint job -o d --base c
exec 3>&-
ended 123
goes_on --machine process --lazy d

# What is missing, another, or damaged.
refuse() { # PATTERN OPTION... FILE
    run dyad restore --machine process "${@:2}"
    expect_status 125
    expect_no_stdout
    expect_stderr_match "dyad restore: error: $1"
}
for how in "" --lazy; do
    mv a elsewhere
    refuse "'b' builds on the checkpoint [0-9a-f]{16}: cannot read 'a': No such file or directory; name it with --base" $how c
    goes_on --machine process $how --base elsewhere c
    cp plain a
    refuse "'b' builds on the checkpoint [0-9a-f]{16}, 'a' is the checkpoint [0-9a-f]{16}; name the right one with --base" $how c
    mv elsewhere a
    for cut in 0 39 200 $(($(size b) / 2)) $(($(size b) - 1)); do
        cp b whole
        truncate -s "$cut" b
        refuse ".*'b' is .*" $how c
        mv whole b
    done
done
flip() { # FILE BYTE
    python3 -c 'import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2])); byte = f.read(1)[0]; f.seek(-1, 1); f.write(bytes([byte ^ 16]))' "$@"
}
for file in a b c; do
    at=$(($(size $file) / 2))
    flip $file $at
    refuse "'$file' is damaged: the checksum of section [0-9]+ \(p[a-z]*\) does not match" c
    # Found when it is read: by then some of the right output may be there, and never any other.
    status=0
    printf '%s\n' 4 5 6 | dyad restore --timeout 100 --machine process --lazy c >rest 2>err || status=$?
    [ $status = 125 ] || fail "$file: expected status 125, found $status: $(cat err)"
    grep -qE "^dyad restore: error: '$file' is damaged: the checksum of section [0-9]+ \(p[a-z]*\) does not match$" err || fail "$file: $(cat err)"
    head -c "$(cat first rest | wc -c)" expected | cmp - <(cat first rest) || fail "$file: expected no wrong output"
    flip $file $at
done
goes_on --machine process c
