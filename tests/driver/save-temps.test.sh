# -save-temps keeps what lies between.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int main(void) { return 0; }' >a.c
must dyad-cc -O2 -save-temps -c a.c
expect_file a.i
expect_file a.o
