# Sides that are killed while memory follows: the program never runs at both, nobody pretends that all is well, and each side
# keeps what it has until it is told to give it up.
source "$(dirname "$0")/hosts.sh"
steps=$wander

program=(400 2 10 300)
reference "${program[@]}"

begin() { # PROXY ARGUMENTS...
    receive --listen "unix:$PWD/socket" --name moved --link-timeout 1 "$steps"
    through_proxy "$@"
    start "${program[@]}"
}
# Slowly: it is not over before somebody is killed.
move() {
    on_here dyad migrate job --to "$proxied" --mode postcopy --link-timeout 1 --max-bandwidth 64K "$@" >.migrated 2>&1 &
    move=$!
    wait_for arriving
}
arriving() { on_there dyad stats moved --json | grep -q '"missing_bytes": [1-9]'; }
cut_off() { on_here dyad stats job --json | grep -q '"state": "cut off"'; }
waits() { grep -q 'dyad receive: the program waits for memory that is still at its source' there.err; }

# The source is killed: the program waits for ever, which everybody can see, until it is stopped.
begin
move
kill -9 $origin
wait_for waits
on_there dyad ps | grep -q 'are still arriving; the connection to its source is broken' || fail "dyad ps says: $(on_there dyad ps)"
lines=$(wc -l <there.out)
sleep 1
[ "$(wc -l <there.out)" = "$lines" ] || fail "the program goes on without its memory"
on_there dyad stop moved
finish $destination
[ $ended = 143 ] || fail "expected status 143 at the destination, found $ended"
finish $move
[ $ended = 1 ] || fail "expected the move to have failed, found status $ended"
kill $proxy

# The destination is killed: the source keeps what it has and says so; it does not go on.
begin
move
kill -9 $destination
wait_for cut_off
grep -q 'is kept until there is another connection' here.err || fail "the source says: $(cat here.err)"
on_here dyad ps | grep -q 'cut off' || fail "dyad ps says: $(on_here dyad ps)"
lines=$(wc -l <here.out)
sleep 1
[ "$(wc -l <here.out)" = "$lines" ] || fail "the program goes on at the source, too"
# Another destination of that user does not have the program, whatever it says.
receive --listen "unix:$PWD/socket" --name another "$steps"
sleep 2
kill -0 $origin || fail "the source gave up its memory: $(cat here.err)"
[ "$(wc -l <here.out)" = "$lines" ] || fail "the program goes on at the source, which it had left"
cut_off || fail "stats say: $(on_here dyad stats job --json)"
on_here dyad stop job
finish $origin
[ $ended = 143 ] || fail "expected status 143 at the source, found $ended"
wait $move || true
kill -9 $destination
kill $proxy

# Nobody connects again by itself when the time for that is over: dyad migrate --recover does.
begin die up 800000
on_here dyad migrate job --to "$proxied" --mode postcopy --link-timeout 1 --reconnect 1 >.migrated 2>&1 &
move=$!
wait_for cut_off
sleep 3
through_proxy
sleep 2
cut_off || fail "it was connected again although the time for that is over: $(on_here dyad stats job --json)"
on_here dyad migrate job --recover
finish_moved
kill $proxy
wait $move || true
