// AArch64: setjmp and longjmp (C11 7.13; POSIX sigsetjmp). The buffer's first 32 words are ours (libc's bits/setjmp.h):
// 0 to 11 x19 to x30, 12 sp, 13 to 20 d8 to d15; 24 and 25 are sigsetjmp's.

        .section .text.setjmp, "ax", %progbits
        .balign 16
        .globl setjmp, _setjmp, __setjmp
        .type setjmp, %function
        .type _setjmp, %function
        .type __setjmp, %function
setjmp:
_setjmp:
__setjmp:
        .cfi_startproc
        stp x19, x20, [x0]
        stp x21, x22, [x0, #16]
        stp x23, x24, [x0, #32]
        stp x25, x26, [x0, #48]
        stp x27, x28, [x0, #64]
        stp x29, x30, [x0, #80]
        mov x2, sp
        str x2, [x0, #96]
        stp d8, d9, [x0, #104]
        stp d10, d11, [x0, #120]
        stp d12, d13, [x0, #136]
        stp d14, d15, [x0, #152]
        mov w0, #0
        ret
        .cfi_endproc
        .size setjmp, . - setjmp
        .size _setjmp, . - _setjmp
        .size __setjmp, . - __setjmp

        .section .text.longjmp, "ax", %progbits
        .balign 16
        .globl longjmp, _longjmp, siglongjmp
        .type longjmp, %function
        .type _longjmp, %function
        .type siglongjmp, %function
longjmp:
_longjmp:
siglongjmp:
        .cfi_startproc
        ldp x19, x20, [x0]
        ldp x21, x22, [x0, #16]
        ldp x23, x24, [x0, #32]
        ldp x25, x26, [x0, #48]
        ldp x27, x28, [x0, #64]
        ldp x29, x30, [x0, #80]
        ldr x2, [x0, #96]
        mov sp, x2
        ldp d8, d9, [x0, #104]
        ldp d10, d11, [x0, #120]
        ldp d12, d13, [x0, #136]
        ldp d14, d15, [x0, #152]
        cmp w1, #0
        csinc w0, w1, wzr, ne           // 0 becomes 1
        ret
        .cfi_endproc
        .size longjmp, . - longjmp
        .size _longjmp, . - _longjmp
        .size siglongjmp, . - siglongjmp

// The second return comes through the same code, when the caller's frame below may be gone: what is needed is kept in the
// buffer. __sigsetjmp_tail (libc) saves the signal mask the first time, puts it back the second, and returns its argument.
        .section .text.sigsetjmp, "ax", %progbits
        .balign 16
        .globl sigsetjmp, __sigsetjmp
        .type sigsetjmp, %function
        .type __sigsetjmp, %function
sigsetjmp:
__sigsetjmp:
        .cfi_startproc
        cbnz w1, 1f
        b setjmp                        // may be further than cbz reaches
1:      str x30, [x0, #192]             // word 24: return address
        str x19, [x0, #200]             // word 25: x19, which holds the buffer over both returns
        mov x19, x0
        .cfi_undefined x30              // in the buffer; nothing below can fault
        bl setjmp
        mov w1, w0
        mov x0, x19
        ldr x30, [x0, #192]
        ldr x19, [x0, #200]
        b __sigsetjmp_tail
        .cfi_endproc
        .size sigsetjmp, . - sigsetjmp
        .size __sigsetjmp, . - __sigsetjmp

        .section .note.GNU-stack, "", %progbits
