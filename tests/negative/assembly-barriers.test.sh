# An empty template is a compiler barrier, not an instruction, and is accepted.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int main(void) {\n    int x = 0;\n    __asm__ volatile("" ::: "memory");\n    __asm__ volatile("" : "+r"(x));\n    __asm__ __volatile__("/* barrier */" : : : "memory");\n    return x;\n}\n' >a.c
must_quietly dyad-cc -O2 a.c -o a
must dyad run --machine process a
