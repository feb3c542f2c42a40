# One program of programs/ while it moves: built at several levels, run without moving, and with moves at deterministic points
# and at times, from either ISA. Run by run.sh as a test; NAME in $program.
#
# First lines of a program:
#   // flags: ...      further flags of the compiler
#   // stdin: ...      its standard input (with \n)
#   // status: N       its exit status (0)
#   // qemu: yes       moves between virtual machines too
source "$(dirname "${BASH_SOURCE[0]}")/../lib/harness.sh"
source "$tests_root/lib/hops.sh"

name=$(basename "$program" .c)
reference_cc=${DYAD_REFERENCE_CC:-$DYAD_BUILD/tests/reference/bin/reference-cc}
header() { sed -n "1,10s|^// $1: ||p" "$program"; }
read -ra flags <<<"$(header flags)"
expected=$(header status)
expected=${expected:-0}
printf '%b' "$(header stdin)" >input
mkdir -p native.fs/tmp fs/tmp

must "$reference_cc" -O2 -w "${flags[@]}" "$program" -o native -lm
status=0
(cd native.fs && exec env -i timeout 60 ../native) <input >expected 2>native.err || status=$?
[ "$status" = "$expected" ] || fail "the native program: expected status $expected, found $status: $(tail -n 1 expected)"
[ -s expected ] || fail "the native program printed nothing"

# Another level for each program; all of them for torture.
levels=(-O0 -O1 -O3 -Os)
hash=$(printf '%s' "$name" | cksum | cut -d' ' -f1)
if torture; then levels+=(-O2); else levels=(-O2 "${levels[hash % 4]}"); fi

# points_run LEVEL ISA MACHINE MOST DISTANCE...: moves at every so many points, at most MOST times. All programs pass some hundred
# points; so the first distance moves each of them, and the larger ones move some of them in later states.
points_run() {
    local level=$1 isa=$2 machine=$3 most=$4 least=2 distance
    shift 4
    for distance; do
        hop_run "points$level-$isa-$machine-$distance" "$least" "points=$distance,count=$most" "$expected" expected input \
            --machine "$machine" --isa "$isa" --fs fs "image$level"
        least=0
    done
}

for level in "${levels[@]}"; do
    must_quietly dyad-cc "$level" -w "${flags[@]}" "$program" -o "image$level" -lm
    for isa in x86_64 aarch64; do
        status=0
        timeout 120 dyad run --machine process --isa "$isa" --fs fs "image$level" <input >unmoved 2>.err || status=$?
        [ "$status" = "$expected" ] || fail "without moves, $level, $isa: expected status $expected, found $status"
        cmp -s expected unmoved || fail "without moves, $level, $isa: the output differs from the native program's: $(diff -a expected unmoved | sed -n 2,3p)"
        if torture; then
            points_run "$level" "$isa" process 40 31 211 2003 20011
        elif [ "$level" = -O2 ]; then
            points_run "$level" "$isa" process 5 31 211 2003
        elif [ "$isa" = x86_64 ]; then
            points_run "$level" "$isa" process 5 83
        fi
    done
    if torture; then
        hop_run "times$level" 0 "every=random" "$expected" expected input --machine process --isa x86_64 --fs fs "image$level"
    fi
done
if [ -n "$(header qemu)" ] && [ -z "${DYAD_TEST_QUICK:-}" ]; then
    points_run "${levels[0]}" x86_64 qemu 2 83
    points_run "${levels[0]}" aarch64 qemu 2 83
fi
report_hops
