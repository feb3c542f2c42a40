# -r joins portable objects into one.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int a(void) { return 1; }' >a.c
echo 'int a(void); int b(void) { return a() + 1; }' >b.c
echo 'int b(void); int main(void) { return b() - 2; }' >main.c
must_quietly dyad-cc -O2 -c a.c b.c main.c
must_quietly dyad-cc -r a.o b.o -o ab.o
must_quietly dyad-cc main.o ab.o -o main
must dyad run --machine process main
