# A native function in one source for each ISA is linked into its half and called from portable code; so are the functions
# of one C source that is compiled for each ISA.
source "$(dirname "$0")/../lib/harness.sh"

cat >add.x86_64.S <<'ASM'
        .text
        .globl  add
        .type   add, @function
add:    lea     (%rdi,%rsi), %rax
        ret
        .size   add, .-add
        .section .note.GNU-stack,"",@progbits
ASM
cat >add.aarch64.S <<'ASM'
        .text
        .globl  add
        .type   add, %function
add:    add     x0, x0, x1
        ret
        .size   add, .-add
        .section .note.GNU-stack,"",%progbits
ASM
echo 'long add(long, long); int main(void) { return add(40, 2) != 42; }' >main.c
for isa in x86_64 aarch64; do
    must_quietly dyad-cc -c --isa=$isa add.$isa.S -o add.$isa.o
done
must_quietly dyad-cc -O2 main.c add.x86_64.o add.aarch64.o -o main
must dyad check main
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa main
done

printf 'long base = 40, step = 2;\nlong next(void) { return base += step; }\nlong last(void) { return base; }\n' >count.c
echo 'extern long base; long next(void), last(void); int main(void) { return next() - 42 + last() - base; }' >main.c
for isa in x86_64 aarch64; do
    must_quietly dyad-cc -O2 -c --isa=$isa count.c -o count.$isa.o
done
must_quietly dyad-cc -O2 main.c count.x86_64.o count.aarch64.o -o main
must dyad check main
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa main
done
