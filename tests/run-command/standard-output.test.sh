# Standard output is the program's alone and in order; a full device or a reader that goes away is reported.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

must process -v --strace deeds hello
expect_stdout hello
expect_stderr_match 'dyad: started process x86_64, process [0-9]+'
expect_stderr_match 'dyad: writev\(1, .*\) = 6'
reject_stderr_match '^[^d]'

# Both streams into one file: the order of the program.
seq 0 4999 >expected
for isa in x86_64 aarch64; do
    process --isa $isa deeds both 5000 >both 2>&1
    cmp both expected || fail "$isa: expected the lines of both streams in order"
done

for isa in x86_64 aarch64; do
    # A program that checks is told; one that does not still fails.
    last_command="lines on a full device ($isa)" status=0
    process --isa $isa deeds lines 20000 >/dev/full 2>.err || status=$?
    expect_status 6
    expect_stderr_line "puts: No space left on device"
    last_command="hello on a full device ($isa)" status=0
    process --isa $isa deeds hello >/dev/full 2>.err || status=$?
    expect_status 1 # puts on an unbuffered first line fails
done
cat >unchecked.c <<'C'
#include <stdio.h>
int main(void) { printf("lost"); return 0; }
C
must_quietly dyad-cc -O1 unchecked.c -o unchecked
last_command="unchecked output on a full device" status=0
process unchecked >/dev/full 2>.err || status=$?
expect_status 125
expect_stderr_line "dyad: standard output could not be written: no space left on device"

# A closed standard output is closed for the program too; a reader that leaves ends it by SIGPIPE.
last_command="closed output" status=0
process deeds both 1 >&- 2>.err || status=$?
expect_status 3
last_command="closed pipe"
set +o pipefail
process deeds lines 1000000 | head -n 1 >first
found=${PIPESTATUS[0]}
set -o pipefail
[ "$found" = 141 ] || fail "expected status 141 (SIGPIPE), found $found"
[ "$(cat first)" = "a line of output that is somewhat long" ] || fail "expected one line"
