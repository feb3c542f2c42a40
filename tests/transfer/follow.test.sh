# Post-copy when things break: a connection that is cut at any byte, before and behind the commit point, once or again; sides
# that are killed or stopped; and a peer that asks for what there is not.
source "$(dirname "$0")/hosts.sh"
steps=$wander

# Most of its memory is in use, so that there is something to follow; LINES are enough for it to be met on the way.
program=(25 2 10 300)
reference "${program[@]}"

begin() { # PROXY ARGUMENTS...
    receive --listen "unix:$PWD/socket" --name moved --link-timeout 1 "$steps"
    through_proxy "$@"
    start "${program[@]}"
}
move() { migrate --to "$proxied" --mode postcopy --link-timeout 1 "$@"; }
cut_off() { on_here dyad stats job --json | grep -q '"state": "cut off"'; }

# Where the commit point is varies by what the program waits for before it: positions are tried on both sides of it.
begin
move
expect_status 0
expect_once "moved"
kill $proxy
read -r up down <counts
[ "$up" -gt $((3 << 19)) ] || fail "only $up bytes were sent"
went=0
for harm in "cut up 300" "cut up 4000" "cut up 20000" "cut down 100" "cut up 300000" "cut up $((up / 2))" "cut up $((up - 33))" \
    "cut up $((up - 1))" "cut down 1000" "cut down $((down - 33))" "cut down $((down - 1))" "cut down $down" "stall up $((up / 3))"; do
    # shellcheck disable=SC2086
    begin $harm
    ( move ) || true
    expect_once "$harm"
    kill $proxy
done
[ "${stayed:-0}" -ge 3 ] && [ "$went" -ge 6 ] || fail "it stayed ${stayed:-0} times and went $went times"

# By itself it connects every second; asked to it does at once.
migrated_on() { on_here dyad migrate job --recover >/dev/null 2>&1 || ! kill -0 $origin; }

# While nobody connects them both sides keep what they have, and say so; it is enough to connect them again.
begin die up $((up / 3))
on_here dyad migrate job --to "$proxied" --mode postcopy >.migrated 2>&1 &
move=$!
wait_for grep -q 'is kept until there is another connection' here.err
wait_for grep -q 'dyad receive: .* of the program.s memory are still arriving; the connection to its source is broken' there.err
wait_for grep -q 'dyad receive: the program waits for memory that is still at its source' there.err
wait_for cut_off
on_here dyad ps | grep -q 'cut off' || fail "dyad ps says: $(on_here dyad ps)"
on_there dyad ps | grep -q 'are still arriving' || fail "dyad ps says: $(on_there dyad ps)"
through_proxy
wait_for migrated_on
finish $move
expect_once "connected again"
kill $proxy

# A program that is stopped there lets its source go at once.
begin cut up $((up / 3))
( migrate --to "$proxied" --mode postcopy --max-bandwidth 256K >.migrated 2>&1 ) &
move=$!
arriving() { on_there dyad stats moved --json | grep -q '"missing_bytes": [1-9]'; }
wait_for arriving
on_there dyad stop moved
finish $origin
[ $ended = 122 ] || fail "expected status 122 at the source, found $ended: $(cat here.err)"
finish $destination
kill $proxy
wait $move || true

# A source that is stopped says what that means, and so does the destination, where the program waits until it is stopped.
begin
( migrate --to "$proxied" --mode postcopy --max-bandwidth 256K >.migrated 2>&1 ) &
move=$!
wait_for arriving
on_here dyad stop job
finish $origin
grep -q 'will wait for ever if it needs the .* MiB of its memory' here.err || fail "the source says: $(cat here.err)"
wait_for grep -q 'has given up the memory that was to follow' there.err
wait_for grep -q 'the program waits for memory that is still at its source' there.err
on_there dyad stop moved
finish $destination
kill $proxy
wait $move || true
