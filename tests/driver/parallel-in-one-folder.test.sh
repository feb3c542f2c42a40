# Many compiles and links at once in one folder do not disturb each other.
source "$(dirname "$0")/../lib/harness.sh"

for i in 1 2 3 4 5 6; do
    printf 'int main(void) { return %d; }\n' $i >m$i.c
    dyad-cc -O1 m$i.c -o m$i 2>m$i.err &
    jobs[$i]=$!
done
for i in 1 2 3 4 5 6; do
    wait "${jobs[$i]}" || { cat m$i.err >&2; fail "link $i"; }
done
for i in 1 2 3 4 5 6; do
    run dyad run --machine process m$i
    expect_status $i
done
[ -z "$(ls -A | grep -vE '^(m[1-6](\.c|\.err)?|\.out|\.err)$')" ] || fail "expected no temporary file to be left"
