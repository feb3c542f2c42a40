/* Two words are used (src/setjmp/longjmp.c); the rest is room for what a later version may keep. */
typedef unsigned long __jmp_buf[32];
