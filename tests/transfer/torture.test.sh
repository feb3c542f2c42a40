# A thousand moves in a row between two hosts, of Lua, SQLite and a numeric kernel, in all modes and to both ISAs: each program
# ends once, with the right output, and the monitors do not grow. Only with DYAD_TEST_TORTURE=1: it takes about half an hour.
# DYAD_TEST_MOVES: another number of moves.
# timeout: 7200
source "$(dirname "$0")/hosts.sh"

[ -n "${DYAD_TEST_TORTURE:-}" ] || skip "only with DYAD_TEST_TORTURE=1: it takes about half an hour"
must python3 "$here/torture.py" "${DYAD_TEST_MOVES:-1000}"
cat .out >&2
