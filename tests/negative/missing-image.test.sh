# A file that does not exist, a folder, a file that may not be read.
source "$(dirname "$0")/../lib/harness.sh"

run dyad run none
expect_status 125
expect_stderr_line "dyad run: error: cannot open image none: No such file or directory"
mkdir folder
run dyad run folder
expect_status 125
expect_stderr_line "dyad run: error: folder is a directory, not an image"
run dyad check none
expect_status 1
expect_stderr_match "dyad check: error: .*none.*No such file or directory"
run dyad run
expect_status 125
expect_stderr_line "dyad run: error: no image given; see dyad run --help"
echo 'int main(void) { return 0; }' >a.c
must_quietly dyad-cc a.c -o a
run dyad run --machine process --fs none a
expect_status 125
expect_stderr_match "dyad run: error: .*none.*No such file or directory"
run dyad-cc a.c missing.o -o b
expect_status 1
expect_stderr_match "dyad-cc: error: no such file or directory: 'missing\.o'"
run dyad-cc a.c -lmissing -o b
expect_status 1
grep -q 'missing' .err || fail "expected the library to be named"
expect_only_files a.c a folder
