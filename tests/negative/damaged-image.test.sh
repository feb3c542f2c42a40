# Truncated and bit-flipped images, and files that are none: every command says so; nothing runs.
source "$(dirname "$0")/../lib/harness.sh"

printf '#include <stdio.h>\nint main(void) { puts("ran"); return 0; }\n' >a.c
must_quietly dyad-cc -O2 a.c -o whole
size=$(stat -c %s whole)
refused() { # FILE PATTERN
    local command
    for command in "run --machine process" "run --isa aarch64 --machine process" check inspect "image extract --isa aarch64 -o out"; do
        run dyad $command "$1"
        case $command in run*) expect_status 125 ;; *) expect_status 1 ;; esac
        expect_no_stdout
        expect_stderr_match "dyad [a-z ]+: error: .*$1.*$2"
        [ ! -e out ] || fail "expected no output file"
    done
}
for keep in 3 63 64 4096 $((size / 2)) $((size - 1)); do
    head -c "$keep" whole >cut
    refused cut '(is truncated: .*|is not a pair image: .*)'
done
: >empty
refused empty 'is not a pair image: the file is empty'
cp a.c text
refused text 'is not a pair image: expected an ELF file'
gcc -x c a.c -o native 2>/dev/null && refused native 'is not a pair image: .*'
python3 - <<'PY'
import random
data = open("whole", "rb").read()
state = random.Random(2)
for n in range(12):
    flipped = bytearray(data)
    flipped[state.randrange(64, len(data))] ^= 1 << state.randrange(8)
    open("flip%02d" % n, "wb").write(flipped)
PY
for image in flip*; do
    run dyad run --machine process "$image"
    expect_status 125
    expect_no_stdout
    expect_stderr_match "dyad run: error: .*$image.*(is damaged|is truncated|is not a pair image).*"
done
