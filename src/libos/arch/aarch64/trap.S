// AArch64: the vector table. Builds a TrapFrame (trap.h) on SP_EL1 and calls handleTrap.
// Runs at any moment; touches general registers only.

#include "save_registers.h"

#define FRAME 288

        .section .text.trap, "ax"
        .balign 2048
        .globl vectors
vectors:
        .set kind, 0
        .rept 16
        .balign 128
        sub sp, sp, #FRAME
        stp x0, x1, [sp]
        mov x0, #kind
        b trapCommon
        .set kind, kind + 1
        .endr

        .balign 128
trapCommon:
        .cfi_startproc
        .cfi_undefined x30               // a fault of the libOS itself: the stack ends here
        REGISTER_PAIRS stp, 2, 29, sp, 16
        mrs x1, sp_el0
        stp x30, x1, [sp, #240]
        mrs x1, elr_el1
        mrs x2, spsr_el1
        stp x1, x2, [sp, #256]
        str x0, [sp, #272]
        mov x0, sp
        bl handleTrap
        ldp x1, x2, [sp, #256]
        msr elr_el1, x1
        msr spsr_el1, x2
        ldp x30, x1, [sp, #240]
        msr sp_el0, x1
        REGISTER_PAIRS ldp, 2, 29, sp, 16
        ldp x0, x1, [sp], #FRAME
        eret
        .cfi_endproc

        .section .bss.trap_stack, "aw", %nobits
        .balign 16
        .skip 32768                     // faults of handlers and interrupts in waiting faults pile up here
        .globl trapStackEnd
trapStackEnd:

        .section .note.GNU-stack, "", %progbits
