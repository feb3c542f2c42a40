# Sourced by the scripts of this suite: two "hosts", each a folder with control sockets and records of its own.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/harness.sh"

here=$tests_root/transfer
if [ -z "${DYAD_TEST_PROGRAMS:-}" ]; then
    DYAD_TEST_PROGRAMS=$DYAD_TEST_WORK
    for program in steps other wander talk deep; do dyad cc -O2 "$here/$program.c" -o "$program"; done
fi
steps=$DYAD_TEST_PROGRAMS/steps other=$DYAD_TEST_PROGRAMS/other wander=$DYAD_TEST_PROGRAMS/wander talk=$DYAD_TEST_PROGRAMS/talk deep=$DYAD_TEST_PROGRAMS/deep

mkdir -m 700 here there
on_here() { XDG_RUNTIME_DIR=$PWD/here XDG_STATE_HOME=$PWD/here/state "$@"; }
on_there() { XDG_RUNTIME_DIR=$PWD/there XDG_STATE_HOME=$PWD/there/state "$@"; }

trap 'kill -9 $(jobs -p) 2>/dev/null || true' EXIT

# wait_for CONDITION...: for ten seconds at most.
wait_for() {
    local i
    for i in $(seq 200); do
        if "$@" 2>/dev/null; then return 0; fi
        sleep 0.05
    done
    fail "this did not come true within 10 s: $*"
}

# receive [OPTIONS]: starts a destination; sets $destination (process), $address. Output: there.out, there.err.
receive() {
    rm -f socket there.out there.err
    XDG_RUNTIME_DIR=$PWD/there XDG_STATE_HOME=$PWD/there/state \
        dyad receive --machine process "$@" >there.out 2>there.err </dev/null &
    destination=$!
    wait_for grep -q '^dyad receive: waiting on ' there.err
    address=$(sed -n 's/^dyad receive: waiting on //p' there.err)
}

# start [ARGUMENTS]: starts the program here; sets $origin (process). Output: here.out, here.err.
start() {
    rm -f here.out here.err
    XDG_RUNTIME_DIR=$PWD/here XDG_STATE_HOME=$PWD/here/state \
        dyad run --machine process --name job ${run_options:-} -- "$steps" "$@" >here.out 2>here.err </dev/null &
    origin=$!
    wait_for grep -q 'line 2' here.out
}

migrate() { on_here run dyad migrate job "$@"; }

# figure NAME: a number of the last migrate --stats json.
figure() { python3 -c 'import json, sys; print(int(json.load(open(".out"))[sys.argv[1]]))' "$1"; }

# finish PROCESS: its exit status in $ended.
finish() {
    ended=0
    wait "$1" || ended=$?
}

# What the program prints if it never moves: in the file reference.
reference() { on_here dyad run --machine process ${run_options:-} -- "$steps" "$@" >reference || [ $? = 7 ]; }
expect_reference() { cat "$@" | cmp -s - reference || fail "expected the output of one program in '$*', found: $(tail -n 3 "$@" | xargs)"; }

# finish_moved [WHAT]: the job ends as one that was moved: status 122 here, its own there, its whole output in both together.
finish_moved() {
    local what=${1:+$1: }
    finish $origin
    [ $ended = 122 ] || fail "${what}expected status 122 at the source, found $ended: $(cat here.err)"
    finish $destination
    [ $ended = 7 ] || fail "${what}expected status 7 at the destination, found $ended: $(cat there.err)"
    expect_reference here.out there.out
}

# through_proxy [ACTION DIRECTION POSITION [COMMAND]]: starts a proxy to $address; sets $proxied.
through_proxy() {
    rm -f proxy
    python3 "$here/proxy.py" "$PWD/proxy" "$PWD/socket" "$PWD/counts" "$@" 2>proxy.err &
    proxy=$!
    wait_for test -S proxy
    proxied=unix:$PWD/proxy
}

# measure LINES MIB: how many bytes a transfer has, in $up and $down, and its output in the file reference.
measure() {
    reference "$@"
    receive --listen "unix:$PWD/socket" "$steps"
    through_proxy
    start "$@"
    migrate --to "$proxied"
    expect_status 0
    finish $destination
    [ $ended = 7 ] || fail "through a proxy: expected status 7 at the destination, found $ended"
    expect_reference here.out there.out
    kill $proxy
    read -r up down <counts
}

# expect_once: whoever has the program has ended it, with its status, and the other has not.
expect_once() { # WHAT
    local i source_status= destination_status=
    for i in $(seq 200); do
        [ -n "$source_status" ] || kill -0 $origin 2>/dev/null || { finish $origin; source_status=$ended; }
        [ -n "$destination_status" ] || kill -0 $destination 2>/dev/null || { finish $destination; destination_status=$ended; }
        case $source_status/$destination_status in
        7/ | 7/137) # it stayed: the destination listens, or was killed
            expect_reference here.out
            [ ! -s there.out ] || fail "$1: it ran at both"
            kill -9 $destination 2>/dev/null || true
            stayed=$((${stayed:-0} + 1))
            return
            ;;
        122/7 | 137/7) # it went
            expect_reference here.out there.out
            went=$((${went:-0} + 1))
            return
            ;;
        122/ | /7 | / | 137/ | /137) ;;
        *) break ;;
        esac
        sleep 0.05
    done
    fail "$1: status '$source_status' at the source, '$destination_status' at the destination; $(tail -n 2 here.err there.err | xargs)"
}
