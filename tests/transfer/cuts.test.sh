# A connection that is cut at any byte, in either direction: the program ends once, with its whole output, on one side.
source "$(dirname "$0")/hosts.sh"

measure 30 1
cut() { # DIRECTION POSITION
    receive --listen "unix:$PWD/socket" "$steps"
    through_proxy cut "$@"
    start 30 1
    # Whatever comes of it: the answer says only what is known by then.
    migrate --to "$proxied"
    expect_once "cut $*"
    kill $proxy
}
# The headers, the state, the pages, and every section at the end: commit is the last 48 bytes.
for position in 1 39 40 41 112 300 4000 $((up / 2)) $((up - 97)) $((up - 49)) $((up - 48)) $((up - 47)) $((up - 1)) "$up"; do
    cut up "$position"
done
for position in 1 40 41 100 $((down - 89)) $((down - 40)) $((down - 39)) $((down - 1)); do
    cut down "$position"
done
# Both outcomes were seen, or the positions above are not what they say.
[ "${stayed:-0}" -gt 5 ] && [ "${went:-0}" -gt 1 ] || fail "it stayed ${stayed:-0} times and went ${went:-0} times"
