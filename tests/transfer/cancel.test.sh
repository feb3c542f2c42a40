# A move on a slow line can be watched, and cancelled while the program is here; it then goes on here, once.
source "$(dirname "$0")/hosts.sh"

reference 150 8
receive --listen "unix:$PWD/socket" "$steps"
start 150 8
on_here dyad migrate job --to "$address" --mode stop --max-bandwidth 1M >.migrated 2>&1 &
move=$!
sending() { on_here dyad stats job --json | grep -q '"state": "sending"'; }
wait_for sending
on_here dyad stats job --json | python3 -c '
import json, sys
transfer = json.load(sys.stdin)["transfer"]
assert 0 < transfer["bytes_sent"] < 8 << 20, transfer
assert 0 < transfer["bytes_remaining"] <= transfer["bytes_in_use"], transfer
assert transfer["bytes_per_second"] < 2 << 20, transfer' || fail "the figures make no sense"
# Two at once are one too many.
migrate --isa x86_64
expect_status 1
migrate --cancel
expect_status 0
finish $move
[ $ended = 1 ] || fail "expected the move to fail, found status $ended"
grep -qxF "dyad migrate: error: cancelled" .migrated || fail "found: $(cat .migrated)"
wait_for grep -q 'connection 1: the connection ' there.err
migrate --cancel
expect_status 1
finish $origin
[ $ended = 7 ] || fail "expected status 7 at the source, found $ended"
expect_reference here.out
[ ! -s there.out ] || fail "it ran at the destination as well"
