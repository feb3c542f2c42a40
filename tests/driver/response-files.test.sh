# @FILE works everywhere, nested and quoted, in the archiver too.
source "$(dirname "$0")/../lib/harness.sh"

mkdir "a dir"
echo 'int one(void) { return ONE; }' >"a dir/one.c"
echo 'int one(void); int main(void) { return one() - 1; }' >main.c
echo '"-DONE=1" -O2 @inner.rsp' >outer.rsp
printf "'a dir/one.c'\n-c -o a\\\\ dir/one.o\n" >inner.rsp
must_quietly dyad-cc @outer.rsp
expect_file "a dir/one.o"
echo 'rcs libone.a "a dir/one.o"' >ar.rsp
must_quietly dyad-ar @ar.rsp
echo 'main.c libone.a -o main' >link.rsp
must_quietly dyad-cc @link.rsp
must dyad run --machine process main
