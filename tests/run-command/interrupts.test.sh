# A signal to dyad ends the machine, whatever kind it is; dyad dies of the signal. Nothing is left running.
# timeout: 120
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

children() { cat /proc/"$1"/task/*/children 2>/dev/null; }
for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    for signal in INT TERM HUP QUIT KILL; do
        rm -f started
        # Background jobs of a script ignore SIGINT and SIGQUIT; python starts it with the defaults.
        python3 -c 'import os, signal, sys
for s in (signal.SIGINT, signal.SIGQUIT): signal.signal(s, signal.SIG_DFL)
os.execvp("dyad", ["dyad", "run"] + sys.argv[1:])' --isa "$isa" --machine "$machine" deeds wait >started 2>.err &
        monitor=$!
        for _ in $(seq 600); do
            [ -s started ] && break
            sleep 0.05
        done
        [ -s started ] || fail "$combination: the program did not start"
        child=$(children $monitor)
        [ -n "$child" ] || fail "$combination: expected a child process"
        kill -$signal $monitor
        status=0
        wait $monitor || status=$?
        [ $status = $((128 + $(kill -l $signal))) ] || fail "$combination: SIG$signal: found status $status"
        for _ in $(seq 100); do
            kill -0 $child 2>/dev/null || break
            sleep 0.05
        done
        kill -0 $child 2>/dev/null && fail "$combination: SIG$signal: process $child is left"
        : >started
    done
done
true
