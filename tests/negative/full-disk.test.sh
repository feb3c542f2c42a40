# A disk that is full while something is written: an error with the reason, status 1, and nothing half-written is left.
source "$(dirname "$0")/../lib/harness.sh"

# A small file system of its own, seen by this test only.
if [ -z "${DYAD_FULL_DISK:-}" ]; then
    unshare --mount true 2>/dev/null && as=(unshare --mount) || as=(unshare --user --map-root-user --mount)
    "${as[@]}" true 2>/dev/null || skip "no right to mount a small file system"
    DYAD_FULL_DISK=1 exec "${as[@]}" bash "$0"
fi
mkdir disk
mount -t tmpfs -o size=64k tmpfs disk || skip "no right to mount a small file system"
export TMPDIR=$PWD

# A program whose object and image are both larger than the disk.
python3 - >a.c <<'PY'
print("#include <stdio.h>\nconst unsigned table[] = {%s};" % ",".join(str(i * 2654435761 % 2**32) for i in range(60000)))
print("int main(int argc, char **argv) { printf(\"%u\\n\", table[argc * 1000]); return 0; }")
PY
must_quietly dyad-cc -O2 -c a.c
must_quietly dyad-cc -O2 a.o -o a
nothing_left() { [ -z "$(ls -A disk)" ] || fail "expected the disk to be empty, found: $(ls -A disk)"; }

run dyad-cc -O2 -c a.c -o disk/a.o
expect_status 1
grep -q 'No space left on device' .err || fail "expected the reason"
nothing_left
run dyad-cc a.o -o disk/a
expect_status 1
expect_stderr_match "dyad-cc: error: .*disk/a.*No space left on device"
nothing_left
run dyad-ar rcs disk/a.a a.o
expect_failure
rm -f disk/*
run dyad image extract --isa aarch64 a -o disk/a.elf
expect_status 1
expect_stderr_match "dyad image.*: error: .*disk/a.elf.*No space left on device"
nothing_left
# An output that was there before stays as it was.
echo old >disk/kept
run dyad-cc a.o -o disk/kept
expect_status 1
[ "$(cat disk/kept)" = old ] || fail "expected the old file to be kept"
