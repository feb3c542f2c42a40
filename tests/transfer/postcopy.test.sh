# Post-copy: a program that goes here and there in its memory runs at the destination before its memory is there, on either ISA;
# it has ended once, with its whole output. Until all is there nobody else moves it.
source "$(dirname "$0")/hosts.sh"
steps=$wander

move() { # MODE, then options of dyad receive; run_options: those of dyad run
    local mode=$1
    shift
    receive --listen "unix:$PWD/socket" "$@" "$steps"
    start 60 16
    migrate --to "$address" --mode "$mode" --downtime-limit 1 --stats json
    expect_status 0
    finish_moved
    [ -s there.out ] || fail "nothing was printed at the destination"
}

reference 60 16
for isa in x86_64 aarch64; do
    move postcopy --isa $isa
    [ "$(figure bytes_followed)" -ge $((14 << 20)) ] || fail "$(figure bytes_followed) bytes followed of 16 MiB"
    [ "$(figure pages_waited_for)" -gt 0 ] || fail "the program never waited for its memory"
    # No page is sent twice.
    [ "$(figure bytes_sent)" -le $((17 << 20)) ] || fail "$(figure bytes_sent) bytes were sent of 16 MiB"
done
run_options="--isa aarch64" move postcopy --isa x86_64
move hybrid --isa aarch64
[ "$(figure rounds)" -ge 1 ] || fail "no rounds"
[ "$(figure bytes_followed)" -gt 0 ] || fail "nothing followed although it writes all the time"
move auto
[ "$(figure rounds)" -ge 1 ] || fail "no rounds"

# On a slow line: everybody can see what is going on, and nobody interferes.
reference 120 8
receive --listen "unix:$PWD/socket" --name moved "$steps"
start 120 8
on_here dyad migrate job --to "$address" --mode postcopy --max-bandwidth 4M >.migrated 2>&1 &
move=$!
arriving() { on_there dyad stats moved --json | grep -q '"missing_bytes": [1-9]'; }
wait_for arriving
on_there dyad ps | grep -q 'of the program.s memory are still arriving' || fail "dyad ps says: $(on_there dyad ps)"
on_here dyad stats job --json | grep -q '"state": "serving"' || fail "stats say: $(on_here dyad stats job --json)"
for command in "checkpoint moved -o $PWD/file" "migrate moved --isa aarch64"; do
    # shellcheck disable=SC2086
    on_there run dyad $command
    expect_status 1
    expect_stderr_match '.* MiB of the program.s memory are still arriving'
done
migrate --cancel
expect_status 1
expect_stderr_match '.*it is too late: .*'
finish $move
[ $ended = 0 ] || fail "expected the move to succeed, found status $ended: $(cat .migrated)"
finish $destination
[ $ended = 7 ] || fail "expected status 7 at the destination, found $ended"
expect_reference here.out there.out

# A program that ends before all of it is there lets its source go.
receive --listen "unix:$PWD/socket" "$steps"
start 15 32 10 1
migrate --to "$address" --mode postcopy --max-bandwidth 4M
expect_status 0
finish $origin
[ $ended = 122 ] || fail "expected status 122 at the source, found $ended: $(cat here.err)"
finish $destination
[ $ended = 7 ] || fail "expected status 7 at the destination, found $ended"
