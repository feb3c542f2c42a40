/* Room for the callee-saved registers of the largest ISA; the native setjmp says what is where. */
typedef unsigned long __jmp_buf[32];
