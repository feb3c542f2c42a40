# A connection that is cut or stalled, and sides that are killed, at a few hundred positions of moves in which memory follows: the
# program ends once, with its whole output, or waits for memory that is lost with a side that was killed; it never runs twice.
# Only with DYAD_TEST_TORTURE=1: it takes about twenty minutes. DYAD_TEST_POSITIONS: for each kind of harm (60).
# timeout: 7200
source "$(dirname "$0")/hosts.sh"

[ -n "${DYAD_TEST_TORTURE:-}" ] || skip "only with DYAD_TEST_TORTURE=1: it takes about twenty minutes"
positions=${DYAD_TEST_POSITIONS:-60}
steps=$wander
program=(25 1 10 300)
reference "${program[@]}"

begin() { # PROXY ARGUMENTS...
    receive --listen "unix:$PWD/socket" --name moved --link-timeout 1 "$steps"
    through_proxy "$@"
    start "${program[@]}"
    echo $origin >origin
}
move() { ( migrate --to "$proxied" --mode "$mode" --link-timeout 1 ) || true; }

# Those of every step at the beginning and at the end, and some in between: $1 bytes.
positions_of() {
    local i
    for i in $(seq $((positions / 3))); do
        echo $((i * 23))
        echo $(($1 - i * 11 + 11))
        echo $(($1 * i / (positions / 3 + 1)))
    done
}
waits_for_ever() { grep -q 'dyad receive: the program waits for memory that is still at its source' there.err; }
listens() { [ ! -s there.out ] && grep -q 'dyad receive: connection 1: ' there.err; }
cut_off() { on_here dyad stats job --json | grep -q '"state": "cut off"'; }
ended() { ! kill -0 "$1" 2>/dev/null; }

# The source is dead: what can be there is all there is.
expect_of_destination() {
    local i
    for i in $(seq 200); do
        if ended $destination; then
            finish $destination
            [ $ended = 7 ] || fail "$what: expected status 7 at the destination, found $ended: $(cat there.err)"
            expect_reference here.out there.out
            went=$((went + 1))
            return
        elif waits_for_ever; then
            on_there dyad stop moved
            finish $destination
            waited=$((waited + 1))
            return
        elif listens; then
            kill -9 $destination
            stayed=$((stayed + 1))
            return
        fi
        sleep 0.05
    done
    fail "$what: the destination neither ends, nor waits, nor listens: $(cat there.err)"
}
# The destination is dead: the source has the program, or never goes on.
expect_of_source() {
    local i lines
    for i in $(seq 200); do
        if ended $origin; then
            finish $origin
            if [ $ended = 7 ]; then
                expect_reference here.out
                stayed=$((stayed + 1))
            else
                [ $ended = 122 ] || fail "$what: expected status 7 or 122 at the source, found $ended: $(cat here.err)"
                went=$((went + 1))
            fi
            return
        elif cut_off || grep -q 'stays stopped until it is known' here.err; then
            lines=$(wc -l <here.out)
            sleep 0.2
            [ "$(wc -l <here.out)" = "$lines" ] || fail "$what: it goes on at the source, which it may have left"
            on_here dyad stop job
            finish $origin
            waited=$((waited + 1))
            return
        fi
        sleep 0.05
    done
    fail "$what: the source neither ends nor keeps the program: $(cat here.err)"
}

for mode in postcopy hybrid; do
    stayed=0 went=0 waited=0
    begin
    move
    expect_once "unharmed"
    kill $proxy
    read -r up down <counts
    for where in up down; do
        for position in $(positions_of ${!where} | sort -nu); do
            [ "$position" -gt 0 ] || continue
            for harm in cut stall 'kill the source' 'kill the destination'; do
                # Who stalls waits: that is tried less often.
                [ "$harm" != stall ] || [ $((position % 5)) = 0 ] || continue
                what="mode $mode, $harm $where $position"
                case $harm in
                cut | stall)
                    begin "$harm" $where "$position"
                    move
                    expect_once "$what"
                    ;;
                'kill the source')
                    begin run $where "$position" "kill -9 \$(cat origin)"
                    move
                    wait_for ended $origin
                    expect_of_destination
                    ;;
                'kill the destination')
                    begin run $where "$position" "kill -9 $destination"
                    move
                    expect_of_source
                    kill -9 $destination 2>/dev/null || true
                    ;;
                esac
                kill $proxy 2>/dev/null || true
            done
        done
    done
    echo "mode $mode: stayed $stayed times, went $went, waits for ever $waited" >&2
    [ $stayed -gt 0 ] && [ $went -gt 0 ] || fail "not all that can happen did"
    # After rounds of pre-copy little is left that could get lost.
    [ $mode = hybrid ] || [ $waited -gt 0 ] || fail "the program never lost its memory"
done
