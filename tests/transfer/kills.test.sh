# Sides that are killed, and connections that stall. Before commit the destination's death lets the program go on, and the
# source's death makes the destination give up; after commit it is the other way round.
source "$(dirname "$0")/hosts.sh"

measure 40 1
before_commit=$((up - 48))
harm() { # PROXY ARGUMENTS...
    receive --listen "unix:$PWD/socket" --link-timeout 1 "$steps"
    command=${command:-}
    through_proxy "$@" "${command//@destination/$destination}"
    start 40 1
    ( migrate --to "$proxied" --link-timeout 1 ) || true
}

# The destination is killed at the protocol's steps: the program stays.
for position in 45 200 4000 $((up / 2)) $((before_commit - 1)); do
    command='kill -9 @destination' harm run up "$position"
    expect_once "destination killed at $position"
    kill $proxy
done

# The source is killed before commit: the destination gives up and listens.
for position in 45 4000 $((before_commit - 1)); do
    command="kill -9 \$(cat origin)"
    receive --listen "unix:$PWD/socket" "$steps"
    through_proxy run up "$position" "$command"
    start 40 1
    echo $origin >origin
    migrate --to "$proxied"
    expect_status 1
    kill $proxy
    wait_for grep -q 'connection 1: the connection ' there.err
    kill -0 $destination || fail "the destination ended when the source was killed at $position"
    [ ! -s there.out ] || fail "the destination ran a program that was not committed (at $position)"
    kill -9 $destination
done

# The source is killed when the destination says that it has taken the program: it goes on there.
receive --listen "unix:$PWD/socket" "$steps"
through_proxy run down $((down - 39)) 'kill -9 $(cat origin)'
start 40 1
echo $origin >origin
migrate --to "$proxied"
expect_once "source killed after commit"
kill $proxy

# A connection that stalls is given up by both sides.
for where in "up 4000" "up $before_commit" "down 100"; do
    # shellcheck disable=SC2086
    command= harm stall $where
    expect_once "stalled at $where"
    kill $proxy
done

# Commit is lost, and with it the destination's process: another one of that user answers that it was not taken.
receive --listen "unix:$PWD/socket" "$steps"
through_proxy run up $((up - 40)) "kill -9 $destination"
start 40 1
migrate --to "$proxied" &
move=$!
wait_for grep -q 'stays stopped until it is known' here.err
on_here dyad stats job --json | grep -q '"state": "in doubt"' || fail "stats do not say that it is in doubt"
receive --listen "unix:$PWD/socket" "$steps"
finish $move
expect_once "answered by another destination"

# With nobody to answer, whoever ordered the move is told, and the program waits.
receive --listen "unix:$PWD/socket" "$steps"
through_proxy run up $((up - 40)) "kill -9 $destination"
start 40 1
migrate --to "$proxied"
expect_status 1
expect_stderr_match 'dyad migrate: error: it is not known whether the program went on at .*'
kill -0 $origin || fail "the source ended although nobody has told what became of the program"
# Until there is somebody.
receive --listen "unix:$PWD/socket" "$steps"
migrate --recover
# It also asks by itself, each second.
[ "$status" = 0 ] || expect_stderr_line 'dyad migrate: error: it is not in doubt where the program is'
expect_once "recovered"
