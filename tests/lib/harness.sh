# Sourced by every test script (tests/*/*.test.sh). A script states one promise; it starts in an empty folder of its own
# ($PWD), and ends with status 0 (passed), 77 (skipped, the reason as last line of stderr) or anything else (failed).
# run-scripts.sh provides the folder; a script that is started by hand makes one.
set -euo pipefail

tests_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source_root=$(dirname "$tests_root")
: "${DYAD_BUILD:=$source_root/build}"
export DYAD_BUILD
export PATH="$DYAD_BUILD/bin:$PATH"
export LC_ALL=C.UTF-8
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CC CXX AR MAKEFLAGS CPATH C_INCLUDE_PATH LIBRARY_PATH

if [ -z "${DYAD_TEST_WORK:-}" ]; then
    DYAD_TEST_WORK=$(mktemp -d "${TMPDIR:-/tmp}/dyad-test.XXXXXX")
    trap 'rm -rf "$DYAD_TEST_WORK"' EXIT
    cd "$DYAD_TEST_WORK"
fi

fail() {
    echo "FAIL: $*" >&2
    if [ -n "${last_command:-}" ]; then
        echo "  command: $last_command" >&2
        echo "  status:  ${status:-?}" >&2
        sed 's/^/  stdout: /' .out 2>/dev/null | head -n 40 >&2
        sed 's/^/  stderr: /' .err 2>/dev/null | head -n 40 >&2
    fi
    exit 1
}

skip() {
    echo "$*" >&2
    exit 77
}

# run COMMAND...: runs it, whatever its status; keeps $status, .out and .err.
run() {
    last_command="$*"
    status=0
    "$@" >.out 2>.err </dev/null || status=$?
}

# must COMMAND...: runs it; it must succeed.
must() {
    run "$@"
    [ "$status" = 0 ] || fail "expected success, found status $status"
}

# must_quietly COMMAND...: succeeds and has nothing to say on stderr.
must_quietly() {
    must "$@"
    [ ! -s .err ] || fail "expected nothing on stderr"
}

expect_status() { [ "$status" = "$1" ] || fail "expected status $1, found $status"; }
expect_failure() { [ "$status" != 0 ] || fail "expected failure, found success"; }
expect_stdout() { [ "$(cat .out)" = "$1" ] || fail "expected stdout '$1'"; }

# One whole line of stderr or stdout.
expect_stderr_line() { grep -qxF -- "$1" .err || fail "expected this line on stderr: $1"; }
expect_stdout_line() { grep -qxF -- "$1" .out || fail "expected this line on stdout: $1"; }
# A line of stderr or stdout that matches an extended regular expression as a whole.
expect_stderr_match() { grep -qxE -- "$1" .err || fail "expected a line on stderr that matches: $1"; }
expect_stdout_match() { grep -qxE -- "$1" .out || fail "expected a line on stdout that matches: $1"; }
expect_no_stdout() { [ ! -s .out ] || fail "expected nothing on stdout"; }
expect_no_stderr() { [ ! -s .err ] || fail "expected nothing on stderr"; }
reject_stderr_match() { ! grep -qE -- "$1" .err || fail "expected no line on stderr that matches: $1"; }

expect_file() { [ -f "$1" ] || fail "expected file $1"; }
# Neither the output nor a temporary next to it is left. Arguments: what may be in the current folder.
expect_only_files() {
    local name
    for name in $(ls -A); do
        case " $* .out .err " in
        *" $name "*) ;;
        *) fail "expected no file $name to be left" ;;
        esac
    done
}

# The four places where an image runs: "<isa> <machine>" each.
combinations=("x86_64 process" "aarch64 process" "x86_64 qemu" "aarch64 qemu")

# need COMMAND...: skip unless each exists.
need() {
    local command
    for command in "$@"; do
        command -v "$command" >/dev/null || skip "$command is not installed"
    done
}
