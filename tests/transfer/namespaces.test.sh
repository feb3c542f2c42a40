# Two hosts with networks of their own and a line between them that is slow, loses packets, and is cut: a move ends at one of
# them, once, with the right output.
source "$(dirname "$0")/hosts.sh"

[ "$(id -u)" = 0 ] || skip "only root can make network namespaces"
[ -c /dev/net/tun ] || skip "there is no /dev/net/tun"
command -v ip >/dev/null || skip "ip is not installed (package iproute2)"
near=dyad-near-$$ far=dyad-far-$$
ip netns add "$near" 2>/dev/null || skip "network namespaces cannot be made here"
trap 'kill -9 $(jobs -p) 2>/dev/null || true; ip netns del $near; ip netns del $far 2>/dev/null || true' EXIT
ip netns add "$far"
# Where the root directory is no mount point (chroot), a command cannot be started in one.
ip netns exec "$far" true 2>/dev/null || skip "commands cannot be started in network namespaces here"

# Destinations are far, everything else is near.
dyad() {
    local where=$near
    if [ "$1" = receive ]; then where=$far; fi
    if [ $BASHPID = $$ ]; then
        ip netns exec "$where" "$DYAD_BUILD/bin/dyad" "$@"
    else
        exec ip netns exec "$where" "$DYAD_BUILD/bin/dyad" "$@"
    fi
}

line() { # DELAY_MS LOSS_PERCENT
    [ -z "${tunnel:-}" ] || { kill $tunnel; wait $tunnel 2>/dev/null || true; }
    local i=0 where
    rm -f tunnel.out
    python3 "$here/tunnel.py" "dn$$" "df$$" "$@" >tunnel.out &
    tunnel=$!
    wait_for grep -q ready tunnel.out
    for where in "$near" "$far"; do
        local name=dn$$
        [ "$where" = "$near" ] || name=df$$
        i=$((i + 1))
        ip link set "$name" netns "$where"
        ip -n "$where" address replace 10.11.12.$i/24 dev "$name"
        ip -n "$where" link set "$name" up
        ip -n "$where" link set lo up
    done
}
cut_line() { ip -n "$near" link set "dn$$" down; }
mend_line() { ip -n "$near" link set "dn$$" up; }

must "$DYAD_BUILD/bin/dyad" keygen keys
await() { receive --listen 10.11.12.2:0 --tls keys "$@" "$steps"; }

moved() { # WHAT
    expect_status 0
    finish_moved "$1"
}

modes="stop precopy postcopy hybrid"
# Long enough for pre-copy on the line that loses packets, which carries a megabyte a second.
reference 400 1
for quality in "20 0" "5 2"; do
    # shellcheck disable=SC2086 # two words
    line $quality
    for mode in $modes; do
        await
        start 400 1
        migrate --to "$address" --tls keys --mode $mode
        moved "mode $mode, delay and loss $quality"
    done
done

# Cut for less than anybody's patience, it goes on.
reference 80 2
line 5 0
await
start 80 2
(sleep 0.5; cut_line; sleep 0.5; mend_line) &
migrate --to "$address" --tls keys --mode stop --max-bandwidth 2M
moved "cut for half a second"

# Cut for longer, the program stays, and moves later.
reference 300 2
await --link-timeout 1
start 300 2
(sleep 0.3; cut_line) &
migrate --to "$address" --tls keys --mode stop --max-bandwidth 1M --link-timeout 1
expect_status 1
expect_stderr_match '.*(nothing was heard|nothing could be sent) for 1 s.*'
wait_for grep -q 'connection 1: ' there.err
mend_line
migrate --to "$address" --tls keys --mode stop
moved "after a cut"

# Cut at any moment, also about the commit point: it ends once, on one side or the other.
reference 60 1
for moment in 0.02 0.04 0.06 0.08 0.1 0.15; do
    for mode in $modes; do
        line 20 0
        await --link-timeout 1
        start 60 1
        on_here dyad migrate job --to "$address" --tls keys --mode $mode --link-timeout 1 >.migrated 2>&1 &
        move=$!
        sleep $moment
        cut_line
        sleep 2.5
        mend_line
        wait $move || true # it says what it knows, which may be that it does not know
        expect_once "mode $mode, cut after $moment s"
    done
done
[ "${stayed:-0}" -gt 0 ] || fail "no cut made the program stay"
