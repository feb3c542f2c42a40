#!/bin/bash
# Behaviour of the C library: every program here prints what musl computes, and prints the same everywhere.
#   run.sh [--filter GLOB] [BUILD] ["ISA MACHINE"...]
#
#   BUILD        build folder of Dyad (default: $DYAD_BUILD, or build/ of this tree)
#   ISA MACHINE  where to run, as "x86_64 process" (default: both ISAs on both machines)
#   --reference  build and run the native programs only: whether the programs themselves are right
#
# Each program is compiled by the reference compiler (tests/reference) and by dyad-cc, at -O2, and run natively and by
# "dyad run", each time in an empty folder of its own; exit status and output must be equal. First lines of a program
# may hold "// args: ...", "// stdin: ..." (with \n), "// flags: ..." and "// env: NAME=VALUE". A program with a line
# "// self-checking: REASON" is not compared with the reference: it must succeed, with the same output everywhere.
# Last line: N passed, N failed. Exits 1 if anything failed or nothing ran.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
filter='*' reference_only=
while [ $# -gt 0 ]; do
    case $1 in
    --filter) filter=$2; shift 2 ;;
    --reference) reference_only=1; shift ;;
    --*) echo "run.sh: error: unknown option '$1'" >&2; exit 2 ;;
    *) break ;;
    esac
done
build=${1:-${DYAD_BUILD:-$root/build}}
[ $# -eq 0 ] || shift
build=$(cd "$build" && pwd) || exit 2
combinations=("$@")
[ ${#combinations[@]} -gt 0 ] || combinations=("x86_64 process" "aarch64 process" "x86_64 qemu" "aarch64 qemu")
[ -z "$reference_only" ] || combinations=()

musl=$(sed -n 's/^DYAD_MUSL_SOURCE:PATH=//p' "$build/CMakeCache.txt" 2>/dev/null)
reference=$build/tests/reference
"$root/tests/reference/build-musl.sh" "${musl:-$build/musl/musl-1.2.3}" "$reference" || { echo "0 passed, 1 failed"; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/dyad-libc.XXXXXX")
trap 'rm -rf "$work"' EXIT
unset CFLAGS CPPFLAGS LDFLAGS CPATH C_INCLUDE_PATH LIBRARY_PATH
passed=0 failed=0

# The value of a "// KEY: VALUE" line among the first ten.
header() { sed -n "1,10s|^// $2: ||p" "$1"; }

# report NAME REASON: one line; no reason is a pass.
report() {
    if [ -z "$2" ]; then
        echo "ok    $1"
        passed=$((passed + 1))
    else
        echo "FAIL  $1: $2"
        failed=$((failed + 1))
    fi
}

# test_program FILE
test_program() {
    local file=$1 name where combination isa machine status expected problem folder
    local -a args flags env_pairs run_env
    name=$(basename "$file" .c)
    where=$work/$name
    mkdir -p "$where"
    read -ra args <<<"$(header "$file" args)"
    read -ra flags <<<"$(header "$file" flags)"
    mapfile -t env_pairs < <(header "$file" env)
    printf '%b' "$(header "$file" stdin)" >"$where/stdin"

    expected=0
    if [ -z "$(header "$file" self-checking)" ]; then
        reference_output || return
    elif [ -n "$reference_only" ]; then
        report "$name" ""
        return
    fi
    if ! "$build/bin/dyad-cc" -O2 -w "${flags[@]}" -I"$here" "$file" -o "$where/image" 2>"$where/log"; then
        report "$name" "dyad-cc failed: $(head -n 1 "$where/log")"
        return
    fi
    problem=
    for combination in "${combinations[@]}"; do
        read -r isa machine <<<"$combination"
        folder=$where/$isa.$machine
        mkdir -p "$folder/tmp"
        run_env=()
        for pair in "${env_pairs[@]}"; do run_env+=(--env "$pair"); done
        timeout 120 "$build/bin/dyad" run "$where/image" --isa "$isa" --machine "$machine" --fs "$folder" \
            "${run_env[@]}" -- "${args[@]}" <"$where/stdin" >"$folder.out" 2>"$folder.err"
        status=$?
        [ -e "$where/native.out" ] || cp "$folder.out" "$where/native.out"
        if [ $status != $expected ]; then
            problem+=" [$combination: expected status $expected, found $status: $(tail -n 1 "$folder.err")]"
        elif [ ! -s "$folder.out" ]; then
            problem+=" [$combination: expected output, found none]"
        elif ! cmp -s "$where/native.out" "$folder.out"; then
            problem+=" [$combination: $(diff "$where/native.out" "$folder.out" | sed -n '2,3p' | tr '\n' ' ' | cut -c1-160)]"
        fi
    done
    report "$name" "$problem"
    rm -rf "$where"
}

# The native program's output and status, of the program that test_program is at; reports failures itself.
reference_output() {
    if ! "$reference/bin/reference-cc" -O2 -w "${flags[@]}" -I"$here" "$file" -o "$where/native" 2>"$where/log"; then
        report "$name" "the reference compiler failed: $(head -n 1 "$where/log")"
        return 1
    fi
    mkdir -p "$where/native.fs/tmp"
    (cd "$where/native.fs" && exec env -i "${env_pairs[@]}" timeout 60 "$where/native" "${args[@]}") \
        <"$where/stdin" >"$where/native.out" 2>/dev/null
    expected=$?
    # A program that prints nothing, or dies, would compare equal and show nothing.
    if [ ! -s "$where/native.out" ] || [ $expected -ge 124 ]; then
        report "$name" "the native program ended with status $expected and printed $(wc -c <"$where/native.out") bytes"
        return 1
    fi
    if [ -n "$reference_only" ]; then
        report "$name" ""
        return 1
    fi
}

for file in "$here"/*.c; do
    # shellcheck disable=SC2053 # a glob is meant
    [[ $(basename "$file" .c) == $filter ]] && test_program "$file"
done

# Scripts: promises about the library's files rather than its behaviour.
for script in libcalls system_calls; do
    [[ $script == $filter ]] || continue
    if message=$("$here/$script.sh" "$build" 2>&1); then report $script ""; else report $script "$message"; fi
done

echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
