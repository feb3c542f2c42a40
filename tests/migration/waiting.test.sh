# A program that waits is moved where it waits: in a read of standard input, in a sleep, for its alarm. The foreground command
# goes on in the same place, with the same streams.
source "$(dirname "$0")/../lib/harness.sh"

must_quietly dyad-cc -O2 "$source_root/tests/migration/waiting.c" -o image
# reached LINE: waits until the program has printed it.
reached() {
    for _ in $(seq 300); do
        grep -qxF "$1" out && return
        sleep 0.1
    done
    fail "expected the program to print '$1'; it printed: $(cat out err)"
}
moved_to() { # ISA: and where it is said to be afterwards
    must dyad migrate "$name" --isa "$1" --self-test
    expect_stdout_match "moved $name to .*$1.*"
    must dyad ps
    grep -q "$name.*$1" .out || fail "expected dyad ps to tell $name on $1"
}

for start in x86_64 aarch64; do
    for machine in process qemu; do
        case $start in x86_64) other=aarch64 ;; *) other=x86_64 ;; esac
        name=waiting-$$-$start-$machine
        rm -f input
        mkfifo input
        dyad run --name "$name" --isa "$start" --machine "$machine" image <input >out 2>err &
        running=$!
        exec 8>input
        reached reading
        moved_to "$other"
        echo one >&8
        reached "line: one"
        moved_to "$start"
        moved_to "$start" # the same ISA is a move, too
        printf 'two\nthree\n' >&8
        exec 8>&-
        reached "line: three"
        reached sleeping
        moved_to "$other"
        reached pausing
        moved_to "$start"
        status=0
        wait $running || status=$?
        [ "$status" = 0 ] || fail "expected status 0, found $status: $(cat err)"
        printf 'reading\nline: one\nline: two\nline: three\nsleeping\nsleep: 0, long enough\npausing\nrang: 1\n' >expected
        diff expected out || fail "$start, $machine: the output differs"
        [ ! -s err ] || fail "expected nothing on stderr, found: $(cat err)"
        rm -f out err
    done
done
