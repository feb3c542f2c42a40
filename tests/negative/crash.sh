# Sourced by the tests of crashing programs.

# crashes STATUS PATTERN: compiles the program on standard input and runs both halves on both machines. Each must print
# "before" and nothing else, end with STATUS, say PATTERN on stderr, and show registers and a backtrace through leap and main.
crashes() {
    cat >a.c
    must_quietly dyad-cc -O1 -g -Wno-everything a.c -o a
    local combination isa machine
    for combination in "${combinations[@]}"; do
        read -r isa machine <<<"$combination"
        run dyad run --isa "$isa" --machine "$machine" a
        expect_status "$1"
        expect_stdout before
        expect_stderr_match "$2"
        expect_stderr_line "registers ($isa):"
        expect_stderr_match ' +pc +[0-9a-f]{16} .*'
        grep -qE '^ +#[0-9]+ .*\bleap\b.*a\.c:[0-9]+' .err || fail "$isa on $machine: expected leap and its line in the backtrace"
    done
}
