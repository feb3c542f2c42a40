# Sourced after harness.sh by tests that move a program while it runs: runs it with "dyad run --hop" and sees that it moved,
# and that nothing but its place was different.

# How much: a few moves in CI; with DYAD_TEST_TORTURE=1 as many as it takes to find what is rare.
torture() { [ -n "${DYAD_TEST_TORTURE:-}" ]; }

# hops_in FILE: the moves that the statistics of a run count.
hops_in() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["moves"]["done"])' "$1"; }

# hop_run NAME LEAST HOP STATUS OUTPUT INPUT WORDS...: "dyad run --hop HOP WORDS..." with INPUT on standard input must end
# with STATUS, print what is in OUTPUT, and have moved LEAST times. Adds to $hops_done. Leaves NAME.{out,err,stats}.
hops_done=0
hop_run() {
    local name=$1 least=$2 hop=$3 expected=$4 output=$5 input=$6 hops
    shift 6
    last_command="dyad run --hop $hop $*"
    status=0
    timeout 900 dyad run --hop "$hop" --stats "$name.stats" "$@" <"$input" >"$name.out" 2>"$name.err" || status=$?
    cp "$name.err" .err
    head -c 2000 "$name.out" >.out
    [ "$status" = "$expected" ] || fail "$name: expected status $expected"
    cmp -s "$output" "$name.out" || {
        diff -a "$output" "$name.out" | head -n 10 >&2 || true
        fail "$name: the output differs from that of the run without moves"
    }
    hops=$(hops_in "$name.stats") || fail "$name: no statistics"
    [ "$hops" -ge "$least" ] || fail "$name: expected at least $least moves, found $hops"
    hops_done=$((hops_done + hops))
}

# The sum of a test's moves; the suite adds them up in $DYAD_TEST_MOVES.
report_hops() {
    echo "moves: $hops_done"
    [ -z "${DYAD_TEST_MOVES:-}" ] || echo "$hops_done" >>"$DYAD_TEST_MOVES"
}
