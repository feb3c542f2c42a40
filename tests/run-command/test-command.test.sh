# `dyad test` (docs/ci.md): passes where a program behaves the same on both ISAs and while it moves, and fails where it does not.
# timeout: 300
source "$(dirname "$0")/../lib/harness.sh"
cat >work.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dyad/dyad.h>
static unsigned fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static int moved;
static void onMove(void *unused) { moved = 1; }
/* work HOW: same; output, status, file: differs once it was moved. */
int main(int argc, char **argv) {
    const char *how = argv[1];
    FILE *file = fopen("sums", "w");
    unsigned sum = 0;
    char line[100];
    dyad_on_arrival(onMove, 0);
    for (int i = 0; i < 30; i++) {
        sum += fib(15 + i % 5);
        printf("%d %u\n", i, sum);
        fprintf(file, "%u\n", sum);
    }
    if (moved && !strcmp(how, "output")) puts("<moved> & \"gone\"");
    if (moved && !strcmp(how, "file")) fputs("moved\n", file);
    while (fgets(line, sizeof line, stdin)) fputs(line, stdout);
    return moved && !strcmp(how, "status") ? 4 : 3;
}
C
must_quietly dyad-cc -O2 work.c -o work
must_quietly dyad-cc -O2 -fno-migration work.c -o still
mkdir root
seq 1 50 >numbers

must_quietly dyad test --moves 5 --fs root --stdin numbers --junit results.xml work same
expect_stdout_line 'work: 4 passed, 0 failed'
expect_stdout_match 'ok    x86_64: exit status 3 \([0-9.]+ s\)'
expect_stdout_match 'ok    aarch64, moved at points: 5 moves, one at every [0-9]+ points \([0-9.]+ s\)'
must python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse("results.xml").getroot()[0]
assert suite.get("name") == "work" and suite.get("failures") == "0" and len(suite) == 6, suite.attrib'

differs() { # HOW MESSAGE
    run dyad test --moves 5 --fs root --junit results.xml work "$1"
    expect_status 1
    expect_stdout_line 'work: 2 passed, 2 failed'
    expect_stdout_match "FAIL  x86_64, moved at points: $2 \([0-9.]+ s\)"
    [ "$(grep -c '<failure message=' results.xml)" = 2 ] || fail "expected two failures in results.xml"
}
differs output "output differs in line 31: expected the end, found '<moved> & \"gone\"'"
grep -q 'found &apos;&lt;moved&gt;\|&lt;moved&gt; &amp; &quot;gone&quot;' results.xml || fail "expected the line, escaped, in results.xml"
differs status "expected exit status 3, found 4"
differs file "file sums differs"

run dyad test still same
expect_status 1
expect_stdout_match 'FAIL  x86_64, moved at points: .*still was linked with -fno-migration: it cannot be moved.*'
run dyad test --points 1000000000 work same
expect_status 1
expect_stdout_match 'FAIL  x86_64, moved at points: it was never moved: it passes less than 1000000000 migration points .*'
run dyad test
expect_status 125
expect_stderr_line 'dyad test: error: no image given; see dyad test --help'
run dyad test nothing
expect_status 125
expect_stderr_line 'dyad test: error: cannot open image nothing: No such file or directory'
run dyad test --machine zeppelin work
expect_status 125
expect_stderr_line "dyad test: error: --machine takes qemu or process, found 'zeppelin'"
