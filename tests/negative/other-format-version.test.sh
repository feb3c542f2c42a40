# An image of another format version is refused with both versions and what to do.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int main(void) { return 0; }' >a.c
must_quietly dyad-cc a.c -o a
# Writes a valid image (checksum included) whose manifest says format 9.
python3 - <<'PY' || skip "libxxhash is not there to make a valid checksum"
import ctypes, subprocess, sys
data = bytearray(open("a", "rb").read())
at = data.find(b'"format": 1')
assert at > 0 and data.find(b'"format": 1', at + 1) < 0
data[at:at + 11] = b'"format": 9'
sections = subprocess.run(["readelf", "-SW", "a"], capture_output=True, text=True).stdout
line = next(l for l in sections.splitlines() if ".dyad.checksum" in l).split("]", 1)[1].split()
offset = int(line[3], 16)
data[offset:offset + 16] = bytes(16)
try:
    xxhash = ctypes.CDLL("libxxhash.so.0")
except OSError:
    sys.exit(1)
class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]
xxhash.XXH3_128bits.restype = Hash128
digest = xxhash.XXH3_128bits(bytes(data), ctypes.c_size_t(len(data)))
data[offset:offset + 16] = digest.high.to_bytes(8, "big") + digest.low.to_bytes(8, "big")
open("a9", "wb").write(data)
PY
run dyad run --machine process a9
expect_status 125
expect_stderr_match "dyad run: error: .*a9.* cannot be used: it has image format 9, this dyad reads format 1; link the program again with the toolchain that belongs to this dyad"
run dyad check a9
expect_status 1
expect_stderr_match "dyad check: error: .*a9.*image format 9.*"
