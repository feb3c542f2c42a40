# An autotools project is configured for Dyad with --host and CC alone, finds what is there and nothing else, and passes
# `make check` through the emulator.
source "$(dirname "$0")/../lib/harness.sh"
need autoreconf automake

cp -r "$source_root/examples/autotools" project
cd project
must autoreconf -i
must ./configure --host=none-dyad-linux-musl CC=dyad-cc AR=dyad-ar RANLIB=dyad-ranlib
grep -q 'checking whether we are cross compiling... yes' .out || fail "expected a cross build"
must make -j2
for isa in x86_64 aarch64; do
    must make check LOG_COMPILER="dyad run --isa $isa"
    grep -qE '^# PASS: +1$' .out || fail "expected one test to pass on $isa"
    [ "$(echo 'Hello, World' | dyad run --isa $isa ./rot | dyad run --isa $isa ./rot -- -n 13)" = "Hello, World" ] ||
        fail "expected the text back on $isa"
done
must dyad check rot
