#!/bin/bash
# Write tracking and missing pages on every machine: docs/abi.md, section 9. driver.cc plays the monitor's part.
#   run.sh [--filter WORD]
# Last line: N passed, N failed.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
: "${DYAD_BUILD:=$here/../../build}"
filter=
[ "${1:-}" = --filter ] && filter=${2:?--filter wants a word}
driver=$DYAD_BUILD/bin/pages_driver
work=$(mktemp -d "${TMPDIR:-/tmp}/dyad-pages.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

say() { # STATUS TITLE [DETAIL]
    if [ "$1" = 0 ]; then passed=$((passed + 1)) && echo "ok $2"; else failed=$((failed + 1)) && echo "FAIL $2: ${3:-}"; fi
}

for program in random_pages deeds; do
    "$DYAD_BUILD/bin/dyad-cc" -O2 "$here/$program.c" -o "$work/$program" && cc -O2 "$here/$program.c" -o "$work/$program.native" ||
        { echo "0 passed, 1 failed"; exit 1; }
done

# A host may run the program to its end before it has been watched: then it gets more to do. The last argument says how much.
watch() { # TITLE DRIVER-OPTIONS... -- PROGRAM ARGUMENTS... COUNT: what it prints is what it prints natively
    local title=$1 options=()
    shift
    [[ $title == *"$filter"* ]] || return
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    local program=$work/$2
    shift 2
    local arguments=("${@:1:$#-1}") count=${!#} status try
    for try in 1 2 3 4; do
        timeout 240 "$driver" "${options[@]}" "$program" "${arguments[@]}" "$count" >"$work/out" 2>"$work/err"
        status=$?
        [ $status = 5 ] || break
        count=$((count * 3))
    done
    if [ $status != 0 ]; then
        say 1 "$title" "$(tail -n 3 "$work/err" "$work/out")"
        return
    fi
    "$program.native" "${arguments[@]}" "$count" >"$work/expected"
    cmp -s "$work/out" "$work/expected"
    say $? "$title" "expected $(cat "$work/expected"), found $(cat "$work/out")"
    sed 's/^/   /' "$work/err"
}

for machine in "process x86_64: --isa x86_64" "process aarch64: --isa aarch64" \
    "qemu x86_64: --qemu --isa x86_64" "qemu aarch64: --qemu --isa aarch64"; do
    name=${machine%%:*}
    read -ra options <<<"${machine#*: }"
    for block in 4096 65536; do
        watch "tracking, $name, blocks of $block" "${options[@]}" --mem 64 --block $block --every 5 --rounds 5 --stops 4 track -- random_pages 16 2000000
    done
    for to in x86_64 aarch64; do
        watch "missing pages, $name to $to" "${options[@]}" --to $to --mem 64 --rate 2 missing -- random_pages 16 3000000
    done
    watch "missing pages, $name, blocks of 16384" "${options[@]}" --to "${options[-1]}" --mem 64 --block 16384 --rate 1 missing -- random_pages 16 3000000
    watch "tracking, $name, violations" "${options[@]}" --mem 64 --every 5 --rounds 5 --stops 4 track -- deeds violations 20000
    watch "tracking, $name, asleep" "${options[@]}" --mem 64 --every 5 --rounds 5 --stops 4 track -- deeds naps 300
    watch "missing pages, $name, violations" "${options[@]}" --to "${options[-1]}" --mem 64 --rate 1 missing -- deeds violations 20000
    watch "missing pages, $name, asleep" "${options[@]}" --to "${options[-1]}" --mem 64 --rate 1 missing -- deeds naps 200
    # A program that dies of what it did is told from one that is watched.
    title="tracking, $name, crash"
    if [[ $title == *"$filter"* ]]; then
        timeout 60 "$driver" "${options[@]}" --mem 64 --every 5 --rounds 1000 track "$work/deeds" crash 2000 >"$work/out" 2>"$work/err"
        [ $? = 4 ] && [ ! -s "$work/out" ]
        say $? "$title" "$(tail -n 3 "$work/err" "$work/out")"
    fi
done
# More pieces of memory than Linux describes for one process.
watch "tracking, more pieces than there can be" --mem 768 --every 700 --rounds 2 --stops 1 track -- random_pages 600 15000000

echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
