// x86-64: entry code of all vectors. Builds a TrapFrame (trap.h) and calls handleTrap.
// Runs at any moment, on an IST stack; touches general registers only.

#include "save_registers.h"

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
        PUSH_REGISTERS r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
        cld
        movq %rsp, %rdi
        call handleTrap                 // 22 words below an aligned stack: aligned
        POP_REGISTERS rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
        addq $16, %rsp
        iretq
        .cfi_endproc

        .section .note.GNU-stack, "", @progbits
