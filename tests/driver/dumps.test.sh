# -dumpmachine, -dumpversion and the -print- family answer for our sysroot and never name the host's.
source "$(dirname "$0")/../lib/harness.sh"

must_quietly dyad-cc -dumpmachine
expect_stdout "none-dyad-linux-musl"
must_quietly dyad-cc -print-target-triple
expect_stdout "none-dyad-linux-musl"
must_quietly dyad-cc -dumpversion
expect_stdout_match '[0-9]+\.[0-9]+\.[0-9]+'
must_quietly dyad-cc -print-file-name=libc.a
[ -f "$(cat .out)" ] || fail "expected the path of our libc.a"
must_quietly dyad-cc -print-resource-dir
[ -f "$(cat .out)/include/stddef.h" ] || fail "expected the folder of the compiler's headers"
must_quietly dyad-cc -print-prog-name=ar
[ -x "$(cat .out)" ] || command -v "$(cat .out)" >/dev/null || fail "expected an archiver"
for question in -print-search-dirs -print-libgcc-file-name; do
    must_quietly dyad-cc $question
    ! grep -oE '[^:=]+' .out | grep -qE '^/usr/(lib|include|local)|gcc/x86_64' || fail "$question names the host's folders"
done
