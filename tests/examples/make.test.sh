# A plain Makefile takes CC=dyad-cc AR=dyad-ar and tests its program through the emulator.
source "$(dirname "$0")/../lib/harness.sh"

cp -r "$source_root/examples/make" "a make project"
cd "a make project"
must_quietly make -j2 CC=dyad-cc AR=dyad-ar
for isa in x86_64 aarch64; do
    must make CC=dyad-cc AR=dyad-ar check RUN="dyad run --isa $isa"
done
must dyad check primes
# A second make has nothing to do, and a changed header rebuilds what includes it.
must make CC=dyad-cc AR=dyad-ar
grep -q "Nothing to be done" .out || fail "expected nothing to be done"
sleep 1
touch sieve.h
must make -n CC=dyad-cc AR=dyad-ar
[ "$(grep -c -- ' -c ' .out)" = 2 ] || fail "expected both sources to be compiled again"
