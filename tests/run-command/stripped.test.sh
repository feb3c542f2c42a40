# A stripped "hello" pair runs in 16 MiB everywhere; debug information is gone, the pair stays one. It is at most 512 KiB,
# with what migration needs.
source "$(dirname "$0")/../lib/harness.sh"

printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' >hello.c
must_quietly dyad-cc -O2 -g hello.c -o hello
must_quietly dyad-strip -o small hello
before=$(stat -c %s hello) after=$(stat -c %s small)
[ "$after" -lt "$before" ] || fail "expected fewer than $before bytes, found $after"
[ "$after" -le 524288 ] || fail "expected at most 524288 bytes, found $after"
for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    must_quietly dyad run --mem 16M --isa "$isa" --machine "$machine" small
    expect_stdout hello
done
must dyad inspect --json small
cp .out small.json
must dyad inspect --json hello
python3 - <<'PY'
import json
small, whole = json.load(open("small.json")), json.load(open(".out"))
assert small["id"] == whole["id"], "stripping changes nothing that is loaded"
PY
# In place, and twice.
must_quietly dyad-strip hello
must_quietly dyad-strip hello
must_quietly dyad run --machine process hello
