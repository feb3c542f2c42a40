// x86-64: setjmp and longjmp (C11 7.13; POSIX sigsetjmp). The buffer's first 32 words are ours (libc's bits/setjmp.h):
// 0 rbx, 1 rbp, 2 r12, 3 r13, 4 r14, 5 r15, 6 rsp after return, 7 return address; 24 and 25 are sigsetjmp's.

        .section .text.setjmp, "ax", @progbits
        .balign 16
        .globl setjmp, _setjmp, __setjmp
        .type setjmp, @function
        .type _setjmp, @function
        .type __setjmp, @function
setjmp:
_setjmp:
__setjmp:
        .cfi_startproc
        movq %rbx, (%rdi)
        movq %rbp, 8(%rdi)
        movq %r12, 16(%rdi)
        movq %r13, 24(%rdi)
        movq %r14, 32(%rdi)
        movq %r15, 40(%rdi)
        leaq 8(%rsp), %rdx
        movq %rdx, 48(%rdi)
        movq (%rsp), %rdx
        movq %rdx, 56(%rdi)
        xorl %eax, %eax
        ret
        .cfi_endproc
        .size setjmp, . - setjmp
        .size _setjmp, . - _setjmp
        .size __setjmp, . - __setjmp

        .section .text.longjmp, "ax", @progbits
        .balign 16
        .globl longjmp, _longjmp, siglongjmp
        .type longjmp, @function
        .type _longjmp, @function
        .type siglongjmp, @function
longjmp:
_longjmp:
siglongjmp:
        .cfi_startproc
        movl %esi, %eax
        cmpl $1, %eax
        adcl $0, %eax                   // 0 becomes 1
        movq (%rdi), %rbx
        movq 8(%rdi), %rbp
        movq 16(%rdi), %r12
        movq 24(%rdi), %r13
        movq 32(%rdi), %r14
        movq 40(%rdi), %r15
        movq 48(%rdi), %rsp
        jmp *56(%rdi)
        .cfi_endproc
        .size longjmp, . - longjmp
        .size _longjmp, . - _longjmp
        .size siglongjmp, . - siglongjmp

// The second return comes through the same code, when the caller's frame below may be gone: what is needed is kept in the
// buffer. __sigsetjmp_tail (libc) saves the signal mask the first time, puts it back the second, and returns its argument.
        .section .text.sigsetjmp, "ax", @progbits
        .balign 16
        .globl sigsetjmp, __sigsetjmp
        .type sigsetjmp, @function
        .type __sigsetjmp, @function
sigsetjmp:
__sigsetjmp:
        .cfi_startproc
        testl %esi, %esi
        je setjmp
        popq %rdx
        .cfi_def_cfa_offset 0
        .cfi_register rip, rdx
        movq %rdx, 192(%rdi)            // word 24: return address
        movq %rbx, 200(%rdi)            // word 25: rbx, which holds the buffer over both returns
        movq %rdi, %rbx
        .cfi_undefined rip              // in the buffer; nothing below can fault
        call setjmp
        movq %rbx, %rdi
        pushq 192(%rdi)
        movq 200(%rdi), %rbx
        movl %eax, %esi
        jmp __sigsetjmp_tail
        .cfi_endproc
        .size sigsetjmp, . - sigsetjmp
        .size __sigsetjmp, . - __sigsetjmp

        .section .note.GNU-stack, "", @progbits
