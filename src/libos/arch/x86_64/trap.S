// x86-64: entry code of all vectors. Builds a TrapFrame (trap.h) and calls handleTrap.
// Runs at any moment, on an IST stack; touches general registers only.

        .section .text.trap, "ax"
        .balign 16
        .globl trapVectors
trapVectors:                            // 16 bytes each
        .set vector, 0
        .rept 48
        .balign 16
        // These push an error code: 8, 10 to 14, 17, 21, 29, 30.
        .if (0x60227d00 >> vector) & 1 == 0 || vector >= 32
        pushq $0
        .endif
        pushq $vector
        jmp trapCommon
        .set vector, vector + 1
        .endr

trapCommon:
        .cfi_startproc
        .cfi_undefined rip               // a fault of the libOS itself: the stack ends here
        pushq %r15
        pushq %r14
        pushq %r13
        pushq %r12
        pushq %r11
        pushq %r10
        pushq %r9
        pushq %r8
        pushq %rbp
        pushq %rdi
        pushq %rsi
        pushq %rdx
        pushq %rcx
        pushq %rbx
        pushq %rax
        cld
        movq %rsp, %rdi
        call handleTrap                 // 22 words below an aligned stack: aligned
        popq %rax
        popq %rbx
        popq %rcx
        popq %rdx
        popq %rsi
        popq %rdi
        popq %rbp
        popq %r8
        popq %r9
        popq %r10
        popq %r11
        popq %r12
        popq %r13
        popq %r14
        popq %r15
        addq $16, %rsp
        iretq
        .cfi_endproc

        .section .note.GNU-stack, "", @progbits
