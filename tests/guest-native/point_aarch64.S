// AArch64: a migration point with known values in the registers. void pointWithRegisters(uint64_t seen[32 + 2 * 32]) stores what
// was in them after it: general registers by DWARF number (not x30, sp), then vector registers.
        .section .text.pointWithRegisters, "ax", %progbits
        .globl pointWithRegisters, pointOfRegisters, targetOfRegisters, callOfRegisters
        .type pointWithRegisters, %function
pointWithRegisters:
        stp x0, x30, [sp, #-176]!
        stp x19, x20, [sp, #16]
        stp x21, x22, [sp, #32]
        stp x23, x24, [sp, #48]
        stp x25, x26, [sp, #64]
        stp x27, x28, [sp, #80]
        str x29, [sp, #96]
        stp d8, d9, [sp, #112]
        stp d10, d11, [sp, #128]
        stp d12, d13, [sp, #144]
        stp d14, d15, [sp, #160]
        .set number, 1
        .irp register, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        ldr x0, =(0x0303030303030303 * number)
        dup v\register\().2d, x0
        .set number, number + 1
        .endr
        .set number, 1
        .irp register, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        ldr x\register, =(0x0101010101010101 * number)
        .set number, number + 1
        .endr
pointOfRegisters:
        nop
back:
        str x0, [sp, #-16]!
        ldr x0, [sp, #16]               // seen
        .irp register, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        str x\register, [x0, #8 * \register]
        .endr
        ldr x1, [sp], #16
        str x1, [x0]
        add x0, x0, #256
        .irp register, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        str q\register, [x0, #16 * \register]
        .endr
        ldp d14, d15, [sp, #160]
        ldp d12, d13, [sp, #144]
        ldp d10, d11, [sp, #128]
        ldp d8, d9, [sp, #112]
        ldr x29, [sp, #96]
        ldp x27, x28, [sp, #80]
        ldp x25, x26, [sp, #64]
        ldp x23, x24, [sp, #48]
        ldp x21, x22, [sp, #32]
        ldp x19, x20, [sp, #16]
        ldp x0, x30, [sp], #176
        ret
targetOfRegisters:
        bl __dyad_point
callOfRegisters:
        b back
        .ltorg

// void strayBreakpoint(void): the instruction of a trapped point, where none is
        .section .text.strayBreakpoint, "ax", %progbits
        .globl strayBreakpoint
strayBreakpoint:
        brk #0
        ret

        .section .note.GNU-stack, "", %progbits
