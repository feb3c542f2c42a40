# Truncated and bit-flipped objects and archives: an error that names the file, never a crash, never an image.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int table[100] = {1, 2, 3};\nint f(int x) { return table[x %% 100]; }\n' >f.c
echo 'int f(int); int main(void) { return f(3); }' >main.c
must_quietly dyad-cc -O2 -g -c f.c main.c
must_quietly dyad-ar rcs whole.a f.o
size=$(stat -c %s f.o)
for keep in 0 1 4 17 $((size / 4)) $((size / 2)) $((size - 4)); do
    head -c "$keep" f.o >cut.o
    run dyad-cc main.o cut.o -o main
    [ "$status" = 1 ] || fail "cut at $keep: expected status 1, found $status"
    grep -q 'cut\.o' .err || fail "cut at $keep: expected the file to be named"
    ! grep -q 'PLEASE submit a bug report' .err || fail "cut at $keep: crashed"
    expect_only_files f.c f.o main.c main.o whole.a cut.o
done
archive=$(stat -c %s whole.a)
for keep in 4 20 100 $((archive / 2)) $((archive - 10)); do
    head -c "$keep" whole.a >cut.a
    run dyad-cc main.o cut.a -o main
    [ "$status" = 1 ] || fail "archive cut at $keep: expected status 1, found $status"
    grep -q 'cut\.a' .err || fail "archive cut at $keep: expected the file to be named"
    expect_only_files f.c f.o main.c main.o whole.a cut.o cut.a
done
# One flipped bit may give another valid program, an error, or nothing at all; it never crashes the linker.
python3 - "$size" <<'PY'
import random, sys
data = open("f.o", "rb").read()
state = random.Random(1)
for n in range(24):
    at = state.randrange(len(data))
    flipped = bytearray(data)
    flipped[at] ^= 1 << state.randrange(8)
    open("flip%02d.o" % n, "wb").write(flipped)
PY
for object in flip*.o; do
    run dyad-cc main.o "$object" -o "$object.image"
    case $status in
    0) ;;
    1) grep -q 'error' .err || fail "$object: expected an error"
       [ ! -e "$object.image" ] || fail "$object: an image was left" ;;
    *) fail "$object: expected status 0 or 1, found $status" ;;
    esac
    ! grep -q 'PLEASE submit a bug report' .err || fail "$object: crashed"
done
