# inspect --sites says where a program can be captured and where both ISAs keep its values there; check proves it of the code.
source "$(dirname "$0")/../lib/harness.sh"

cat >program.c <<'C'
#include <stdio.h>
#include <unistd.h>
__attribute__((noinline)) static double work(long rounds, double scale) {
    double sum = 0;
    for (long i = 0; i < rounds; i++) {
        sum += scale * i;
        if (i % 1000 == 0) usleep(1);
    }
    return sum;
}
static int values[16], *volatile pointer = values;
__attribute__((noinline)) static int twice(int number) { return 2 * number; }
/* Of the three values that live across the call one is computed from the others. */
__attribute__((noinline)) static int sum(int *numbers, int index) {
    int *other = numbers + index;
    usleep(1);
    return *other + *numbers + index;
}
int main(int argc, char **argv) {
    printf("%g %d\n", work(argc * 3000L, 1.5), twice(argc) + sum(pointer, argc));
    return 0;
}
C
must_quietly dyad-cc -O2 program.c -o program
must_quietly dyad check program
expect_stdout_match '.*functions with [0-9]+ sites; stops: [0-9]+ for x86_64, [0-9]+ for aarch64; migration points: [0-9]+, [0-9]+'
must_quietly dyad inspect program --sites
expect_stdout_match '.* main'
must_quietly dyad inspect --sites program work main
expect_stdout_match '.* (call|point) 0.*'
expect_stdout_match ' +x86_64 +\+0x.*'
expect_stdout_match ' +aarch64 +resume\+0x.*'

must_quietly dyad inspect --json --sites program work
python3 - <<'PY'
import json
found = json.load(open(".out"))
(work,) = found["functions"]
assert work["name"] == "work" and work["resume"]["x86_64"] and work["resume"]["aarch64"], work
assert {site["kind"] for site in work["sites"]} == {"call", "point"}, work
for site in work["sites"]:
    for isa in "x86_64", "aarch64":
        half = site[isa]
        assert half["stops"], (isa, site)
        assert all(len(stop["values"]) == len(site["value_sizes"]) for stop in half["stops"]), site
        assert any(stop["in_resume_function"] for stop in half["stops"]) or site["kind"] == "point", site
        assert (site["kind"] == "point") == bool(half["points"]), site
# The double and the counter live across the call: somewhere both ISAs keep at least two values of 8 bytes.
assert any(site["value_sizes"].count(8) >= 2 for site in work["sites"]), work
counted = found["sites"]
assert counted["sites"] > 50 and counted["points"] > 5 and counted["x86_64"]["stops"] >= counted["sites"] / 2, counted
PY

# What is computed again from recorded values, and why a function has no sites, are notes of the build.
must_quietly dyad inspect --sites program sum
expect_stdout_match '    recomputed from them: .*getelementptr 1.*'
must_quietly dyad inspect --json --sites program sum
python3 -c 'import json; (f,) = json.load(open(".out"))["functions"]; assert any("getelementptr" in s["recomputed"] for s in f["sites"]), f'
must_quietly dyad inspect --sites program twice memcpy __dyad_fault
expect_stdout_match 'twice cannot be captured: it ends soon by itself, and calls nothing in which the program could be stopped'
expect_stdout_match 'memcpy cannot be captured: it is native code'
expect_stdout_match '__dyad_fault cannot be captured: native code calls it for faults or for moves, .*'
must_quietly dyad inspect --json --sites program twice
python3 -c 'import json; (f,) = json.load(open(".out"))["functions"]; assert f["name"] == "twice" and "ends soon" in f["cannot_be_captured"], f'

# The table belongs to the pair, not to its symbols, and not to a half on its own.
# The notes go with the symbols.
cat >same.py <<'PY'
import json
whole, stripped = json.load(open("whole.json")), json.load(open(".out"))
for site in whole["functions"][0]["sites"]:
    del site["recomputed"]
assert whole["functions"] == stripped["functions"] and whole["id"] == stripped["id"]
PY
must dyad inspect --json --sites program main
cp .out whole.json
must_quietly dyad image strip -o small program
must_quietly dyad inspect --json --sites small main
python3 same.py
run dyad inspect small --sites twice
expect_status 1
expect_stderr_line "dyad inspect: error: 'small': no function 'twice' has sites: it does not exist, was inlined everywhere, or cannot be captured; a stripped image does not tell"
must_quietly dyad check small
must_quietly dyad-cc -O2 -s program.c -o linked-small
must_quietly dyad inspect --json --sites linked-small main
python3 same.py
must_quietly dyad image extract --isa x86_64 program -o half
must readelf -SW half
grep -q '\.dyad\.sites' .out && fail "expected no site table in a half of its own"

run dyad inspect program --sites nowhere
expect_status 1
expect_stderr_line "dyad inspect: error: 'program': no function 'nowhere' has sites: it does not exist or was inlined everywhere"
run dyad inspect program main
expect_status 1
expect_stderr_line "dyad inspect: error: unexpected argument 'main'; functions are shown by --sites"
must_quietly dyad-cc -O2 -fno-migration program.c -o fixed
run dyad inspect --sites fixed
expect_status 1
expect_stderr_line "dyad inspect: error: 'fixed' has no sites: it was linked with -fno-migration"
must_quietly dyad check fixed
expect_stdout_match '  no sites: the program cannot migrate'
