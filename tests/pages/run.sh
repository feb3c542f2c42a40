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

"$DYAD_BUILD/bin/dyad-cc" -O2 "$here/random_pages.c" -o "$work/pair" && cc -O2 "$here/random_pages.c" -o "$work/native" ||
    { echo "0 passed, 1 failed"; exit 1; }

watch() { # TITLE DRIVER-OPTIONS... -- PROGRAM-ARGUMENTS...
    local title=$1 options=()
    shift
    [[ $title == *"$filter"* ]] || return
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    if ! timeout 240 "$driver" "${options[@]}" "$work/pair" "$@" >"$work/out" 2>"$work/err"; then
        say 1 "$title" "$(tail -n 3 "$work/err" "$work/out")"
        return
    fi
    "$work/native" "$@" >"$work/expected"
    cmp -s "$work/out" "$work/expected"
    say $? "$title" "expected $(cat "$work/expected"), found $(cat "$work/out")"
    sed 's/^/   /' "$work/err"
}

for machine in "process x86_64: --isa x86_64" "process aarch64: --isa aarch64" \
    "qemu x86_64: --qemu --isa x86_64" "qemu aarch64: --qemu --isa aarch64"; do
    name=${machine%%:*}
    read -ra options <<<"${machine#*: }"
    for block in 4096 65536; do
        watch "tracking, $name, blocks of $block" "${options[@]}" --mem 64 --block $block --every 5 --rounds 5 --stops 4 track -- 16 2000000
    done
    for to in x86_64 aarch64; do
        watch "missing pages, $name to $to" "${options[@]}" --to $to --mem 64 --rate 2 missing -- 16 3000000
    done
    watch "missing pages, $name, blocks of 16384" "${options[@]}" --to "${options[-1]}" --mem 64 --block 16384 --rate 1 missing -- 16 3000000
done
# More pieces of memory than Linux describes for one process.
watch "tracking, more pieces than there can be" --mem 768 --every 700 --rounds 2 --stops 1 track -- 600 3000000

echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
