# Programs that csmith makes up give the checksum that plain clang gives, when they are moved at many points.
#   DYAD_CSMITH_COUNT   how many (10, or 300 with DYAD_TEST_TORTURE=1); DYAD_CSMITH_SEED the first seed
# timeout: 7200
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/../lib/hops.sh"
need csmith

count=${DYAD_CSMITH_COUNT:-$(torture && echo 300 || echo 10)}
seed=${DYAD_CSMITH_SEED:-1}
reference_cc=${DYAD_REFERENCE_CC:-$DYAD_BUILD/tests/reference/bin/reference-cc}
include=$(dirname "$(find /usr/include /usr/local/include -name csmith.h 2>/dev/null | head -n 1)")
[ -f "$include/csmith.h" ] || skip "csmith.h is not installed"

moved=0 slow=0 still=0
levels=(-O1 -O2 -O3 -Os -O0)
isas=(x86_64 aarch64)
while [ "$moved" -lt "$count" ]; do
    [ $((slow + still)) -le $((count * 3)) ] || fail "of programs from seed $seed on, $slow are slow, $still pass no point, and only $moved were moved"
    seed=$((seed + 1))
    csmith --seed "$seed" >program.c || fail "csmith --seed $seed"
    must "$reference_cc" -O1 -w -I"$include" program.c -o native
    status=0
    timeout 2 ./native >expected 2>/dev/null || status=$?
    [ "$status" = 0 ] || { slow=$((slow + 1)); continue; } # csmith says that some do not end
    level=${levels[seed % 5]} isa=${isas[seed % 2]}
    must dyad-cc "$level" -w -I"$include" program.c -o image
    status=0
    timeout 120 dyad run --machine process --isa "$isa" image >unmoved 2>.err || status=$?
    cmp -s expected unmoved || fail "csmith --seed $seed, $level, $isa, without moves: expected $(cat expected), found status $status, $(cat unmoved)"
    # Which points a program of unknown shape passes is not known: first every one, then fewer and fewer.
    before=$hops_done
    for distance in 1 13 211; do
        hop_run "seed$seed$level-$isa-$distance" 0 "points=$distance,count=$(torture && echo 25 || echo 8)" 0 expected /dev/null \
            --machine process --isa "$isa" image
        [ "$(hops_in "seed$seed$level-$isa-$distance.stats")" -gt 0 ] || break
    done
    if [ "$hops_done" -gt "$before" ]; then moved=$((moved + 1)); else still=$((still + 1)); fi
    rm -f seed*
done
echo "$moved programs moved; $slow were slow, $still passed no point"
report_hops
