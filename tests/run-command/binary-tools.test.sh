# The dyad-<tool> commands work on pairs, on portable objects and on archives.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int shared = 3;\nint triple(int n) { return shared * n; }\n' >triple.c
printf '#include <stdio.h>\nint triple(int n);\nint main(void) { printf("%%d\\n", triple(2)); return 0; }\n' >main.c
must_quietly dyad-cc -O1 -g -c triple.c -o triple.o
must_quietly dyad-ar rcs libtriple.a triple.o
must_quietly dyad-ranlib libtriple.a
must_quietly dyad-cc -O1 -g main.c -L. -ltriple -o pair
must_quietly dyad run --machine process pair
expect_stdout 6
must_quietly dyad-nm triple.o
expect_stdout_match '-+ T triple'
expect_stdout_match '-+ D shared'
must_quietly dyad-nm libtriple.a
expect_stdout_match '-+ T triple'
must_quietly dyad-nm pair
expect_stdout_match '[0-9a-f]{16} T main'
address=$(sed -n 's/^\([0-9a-f]*\) T main$/\1/p' .out)
must_quietly dyad-addr2line -e pair -f "0x$address"
expect_stdout_line main
expect_stdout_match '.*main\.c:3'
must_quietly dyad-size pair
must dyad-objdump -d pair
expect_stdout_match '[0-9a-f]+ <main>:'
must dyad-objdump -h pair
expect_stdout_match ' *[0-9]+ \.dyad\.manifest .*'
must_quietly dyad-ar t libtriple.a
expect_stdout triple.o
