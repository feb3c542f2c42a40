// x86-64: a migration point with known values in the registers. void pointWithRegisters(uint64_t seen[16 + 2 * 16]) stores what
// was in them after it: general registers by DWARF number (not rsp), then vector registers.
        .section .text.pointWithRegisters, "ax"
        .globl pointWithRegisters, pointOfRegisters, targetOfRegisters, callOfRegisters
        .type pointWithRegisters, @function
pointWithRegisters:
        .irp register, rbx, rbp, r12, r13, r14, r15, rdi
        pushq %\register
        .endr
        .set number, 1
        .irp register, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movabsq $(0x0303030303030303 * number), %rax
        movq %rax, %xmm\register
        punpcklqdq %xmm\register, %xmm\register
        .set number, number + 1
        .endr
        .set number, 1
        .irp register, rax, rdx, rcx, rbx, rsi, rdi, rbp, none, r8, r9, r10, r11, r12, r13, r14, r15
        .ifnc \register, none
        movabsq $(0x0101010101010101 * number), %\register
        .endif
        .set number, number + 1
        .endr
pointOfRegisters:
        nop
back:
        pushq %rax
        movq 8(%rsp), %rax              // seen
        .set number, 1
        .irp register, rdx, rcx, rbx, rsi, rdi, rbp, none, r8, r9, r10, r11, r12, r13, r14, r15
        .ifnc \register, none
        movq %\register, 8 * number(%rax)
        .endif
        .set number, number + 1
        .endr
        .irp register, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movups %xmm\register, 128 + 16 * \register(%rax)
        .endr
        popq %rdx
        movq %rdx, (%rax)
        .irp register, rdi, r15, r14, r13, r12, rbp, rbx
        popq %\register
        .endr
        ret
targetOfRegisters:
        call __dyad_point
callOfRegisters:
        jmp back

// void strayBreakpoint(void): the instruction of a trapped point, where none is
        .section .text.strayBreakpoint, "ax", @progbits
        .globl strayBreakpoint
strayBreakpoint:
        int3
        ret

        .section .note.GNU-stack, "", @progbits
