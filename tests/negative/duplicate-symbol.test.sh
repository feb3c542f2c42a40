# A symbol that is defined twice is named, with both objects.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int twice(void) { return 1; }' >a.c
echo 'int twice(void) { return 2; }' >b.c
echo 'int twice(void); int main(void) { return twice(); }' >main.c
must_quietly dyad-cc -c a.c b.c main.c
run dyad-cc main.o a.o b.o -o main
expect_status 1
grep -q 'duplicate symbol: twice' .err && grep -q 'a\.o' .err && grep -q 'b\.o' .err || fail "expected symbol and objects to be named"
expect_only_files a.c b.c main.c a.o b.o main.o
