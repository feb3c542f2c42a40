# Pre-copy: memory goes while the program runs; what is left is little; a program that writes too fast is moved all the same,
# and that is said. On a slow line pages are packed. A move that is cut, or cancelled, leaves a program that can be moved again.
source "$(dirname "$0")/hosts.sh"

# One that writes little: at most a tenth more than its memory is sent, and the limit holds.
reference 80 32 10 4
for isa in x86_64 aarch64; do
    receive --listen 127.0.0.1:0 --isa $isa "$steps"
    start 80 32 10 4
    migrate --to "$address" --mode precopy --downtime-limit 200 --stats json
    expect_status 0
    [ "$(figure converged)" = 1 ] || fail "it did not converge"
    [ "$(figure rounds)" -ge 1 ] || fail "no rounds"
    [ "$(figure bytes_sent)" -le $((36 << 20)) ] || fail "$(figure bytes_sent) bytes were sent of 32 MiB"
    finish $destination
    [ $ended = 7 ] || fail "expected status 7 at the destination, found $ended"
    expect_reference here.out there.out
done

# One that writes all of its memory all the time, on a slow line: it does not converge; pages are packed.
# Slowed it is first, and at full speed afterwards.
reference 400 4
receive --listen "unix:$PWD/socket" "$steps"
start 400 4
migrate --to "$address" --mode precopy --downtime-limit 10 --max-bandwidth 20M
expect_status 0
expect_stdout_match '.* rounds, slowed by [2-9]0 % for them.*'
finish $destination
expect_reference here.out there.out
reference 150 4
receive --listen "unix:$PWD/socket" "$steps"
start 150 4
migrate --to "$address" --mode stop --max-bandwidth 8M --stats json
expect_status 0
[ $((3 * $(figure bytes_sent))) -lt "$(figure bytes)" ] || fail "$(figure bytes) bytes were sent as $(figure bytes_sent)"
finish $destination
expect_reference here.out there.out

# Cancelled while it is slowed the program goes on, at its speed: nothing of it stands still.
receive --listen "unix:$PWD/socket" "$steps"
start 400 4
on_here dyad migrate job --to "$address" --mode precopy --downtime-limit 10 --max-bandwidth 20M >.migrated 2>&1 &
move=$!
slowed() { on_here dyad stats job --json | grep -q '"slowed_percent": [2-9]'; }
wait_for slowed
migrate --cancel
expect_status 0
finish $move
for state in $(ps -o state= --ppid $origin); do [ "$state" != T ] || fail "the program stands still"; done
sleep 0.05
for state in $(ps -o state= --ppid $origin); do [ "$state" != T ] || fail "the program stands still"; done
on_here dyad stop job
finish $origin
kill $destination

# Cut in its rounds, and cancelled in its rounds, the program goes on; the third time it moves.
reference 250 4
receive --listen "unix:$PWD/socket" "$steps"
start 250 4
through_proxy cut up 3000000
migrate --to "$proxied" --mode precopy
expect_status 1
kill $proxy
on_here dyad migrate job --to "$address" --mode precopy --downtime-limit 1 --max-bandwidth 1M >.migrated 2>&1 &
move=$!
copying() { on_here dyad stats job --json | grep -q '"state": "copying"'; }
wait_for copying
migrate --cancel
expect_status 0
finish $move
[ $ended = 1 ] || fail "expected the cancelled move to fail, found status $ended"
migrate --to "$address" --mode precopy
expect_status 0
finish $destination
[ $ended = 7 ] || fail "expected status 7 at the destination, found $ended"
expect_reference here.out there.out
