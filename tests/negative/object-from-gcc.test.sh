# An ELF object that an ordinary compiler made, alone and in an archive.
source "$(dirname "$0")/../lib/harness.sh"
need gcc ar

echo 'int f(void) { return 0; }' >f.c
echo 'int f(void); int main(void) { return f(); }' >main.c
gcc -c f.c -o f.o
run dyad-cc main.c f.o -o main
expect_status 1
expect_stderr_line "dyad-cc: error: f.o: an ELF object for x86_64 that dyad-cc did not make: compile its source with dyad-cc, or as a native source with --isa=x86_64 and --isa=aarch64"
expect_only_files f.c f.o main.c
ar rc libf.a f.o && ranlib libf.a
run dyad-cc main.c libf.a -o main
expect_status 1
grep -q 'f\.o.*that dyad-cc did not make' .err || fail "expected the archive's member to be named"
expect_only_files f.c f.o libf.a main.c
# Bitcode of another compiler is no better.
if command -v clang-19 >/dev/null; then
    clang-19 -flto -c f.c -o f.o
    run dyad-cc main.c f.o -o main
    expect_status 1
    expect_stderr_match "dyad-cc: error: f\.o: bitcode for .*, not made by dyad-cc: compile its source with dyad-cc"
    expect_only_files f.c f.o libf.a main.c
fi
