# A static library of native sources for both ISAs and C: a member is taken when it defines something that is still
# undefined, each ISA's into its half, whatever the members are called and however the library is named.
source "$(dirname "$0")/../lib/harness.sh"

mkdir x86_64 aarch64
# twice() calls the portable half() on one ISA only: it must stay, and be found in the archive, all the same.
cat >x86_64/fast.S <<'ASM'
        .globl  add, twice
        .type   add, @function
        .type   twice, @function
add:    lea     (%rdi,%rsi), %rax
        ret
        .section .text.twice,"ax",@progbits
twice:  lea     (%rdi,%rdi), %rax
        ret
        .section .note.GNU-stack,"",@progbits
ASM
cat >aarch64/fast.S <<'ASM'
        .globl  add, twice
        .type   add, %function
        .type   twice, %function
add:    add     x0, x0, x1
        ret
        .section .text.twice,"ax",%progbits
twice:  lsl     x0, x0, #2
        b       half
        .section .note.GNU-stack,"",%progbits
ASM
# Nothing needs these: their references must not be looked at.
printf '.globl spare\nspare: jmp nowhere\n' >x86_64/spare.S
printf '.globl spare\nspare: b nowhere\n' >aarch64/spare.S
echo 'long half(long n) { return n / 2; }' >half.c
echo 'long add(long, long); long sum(const long *v, int n) { long s = 0; while (n--) s = add(s, *v++); return s; }' >sum.c
echo 'long sum(const long *, int), twice(long); int main(void) { long v[3] = {1, 2, 18}; return twice(sum(v, 3)) != 42; }' >main.c
for isa in x86_64 aarch64; do
    for name in fast spare; do
        must_quietly dyad-cc -c --isa=$isa $isa/$name.S -o $isa/$name.o
        cp $isa/$name.o $name-$isa.o
    done
done
must_quietly dyad-cc -O2 -c sum.c half.c main.c

runs() { # IMAGE
    must dyad check "$1"
    for isa in x86_64 aarch64; do
        must dyad run --machine process --isa $isa "$1"
    done
}
must_quietly dyad-ar rcs libfast.a x86_64/fast.o aarch64/fast.o x86_64/spare.o aarch64/spare.o sum.o half.o
[ "$(dyad-ar t libfast.a | grep -c '^fast.o$')" = 2 ] || fail "expected two members called fast.o"
must_quietly dyad-cc -O2 main.o libfast.a -o by-path
runs by-path
must_quietly dyad-cc -O2 -L. main.o -lfast -o by-name
runs by-name
cmp by-path by-name || fail "expected the same image by path and by name"
must_quietly dyad-cc -O2 -L. main.o -lfast -o again
cmp by-name again || fail "expected the same image twice"

# Other names, the other order, one library for each ISA, a thin one; the C part elsewhere.
must_quietly dyad-ar rcs libarm.a fast-aarch64.o spare-aarch64.o
must_quietly dyad-ar rcs libintel.a spare-x86_64.o fast-x86_64.o
must_quietly dyad-cc -O2 -L. main.o sum.o -larm half.o -lintel -o apart
runs apart
must_quietly dyad-ar rcsT libthin.a fast-aarch64.o fast-x86_64.o half.o sum.o
must_quietly dyad-cc -O2 main.o libthin.a -o thin
runs thin
must_quietly dyad-cc -O2 -g main.c -Wl,--whole-archive libthin.a -Wl,--no-whole-archive -o whole
runs whole

# What names members in a message names the user's archive, not a copy.
printf 'long add(long a, long b) { return a + b; }\nlong twice(long n) { return n * 2; }\n' >plain.c
must_quietly dyad-cc -O2 -c plain.c
run dyad-cc main.o plain.o -Wl,--whole-archive libthin.a -o duplicate
expect_status 1
grep -q 'duplicate symbol: add' .err && grep -q 'libthin\.a(' .err || fail "expected the archive's member to be named"
! grep -q '/libthin\.a' .err || fail "expected the archive to be named as given"
# A portable definition that is in the program already leaves the members out.
must_quietly dyad-cc -O2 main.o plain.o libfast.a -o plain
runs plain
