# Archives give only the members that are needed, in any order with a group, and whole on request.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int b(void); int a(int n) { return n ? b() : 0; }\n' >a.c
printf 'int a(int n); int b(void) { return 7 + a(0); }\n' >b.c
printf 'extern int log_count; __attribute__((constructor)) static void start(void) { log_count++; }\n' >hook.c
printf 'int a(int); int log_count; int main(void) { return a(1) - 7 + 2 * log_count; }\n' >main.c
must_quietly dyad-cc -O2 -c a.c b.c hook.c main.c
dyad-ar rcs liba.a a.o && dyad-ar rcs libb.a b.o && dyad-ar rcs libhook.a hook.o
must_quietly dyad-cc main.o -L. -Wl,--start-group -la -lb -Wl,--end-group -lhook -o group
must dyad run --machine process group
must_quietly dyad-cc main.o -L. -la -lb -la -Wl,--whole-archive -lhook -Wl,--no-whole-archive -o whole
run dyad run --machine process whole
expect_status 2
