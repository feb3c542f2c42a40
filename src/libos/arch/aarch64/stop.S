// AArch64: the native functions in which a program can be stopped, and setjmp's native half. Meaning: libos/native.h.

#include "save_registers.h"

        .arch_extension fp              // the rest of the native part does without: libos/CMakeLists.txt

// Saves what the ABI preserves over a call as struct CallFrame (registers.cc; d8 to d15 stay where they are) and calls
// `target` with its address as the argument in `frame`; the other arguments stay.
        .macro STOP_ENTRY name, target, frame
        .section .text.\name, "ax", %progbits
        .balign 16
        .globl \name
        .type \name, %function
\name:
        .cfi_startproc
        sub sp, sp, #96
        .cfi_def_cfa_offset 96
        REGISTER_PAIRS stp, 19, 30, sp
        .cfi_offset x29, -16
        .cfi_offset x30, -8
        mov \frame, sp
        bl \target
        ldr x30, [sp, #88]              // the others were preserved
        add sp, sp, #96
        .cfi_def_cfa_offset 0
        .cfi_restore x29
        .cfi_restore x30
        ret
        .cfi_endproc
        .size \name, . - \name
        .endm

        STOP_ENTRY __dyad_wait, waitInCall, x1
        STOP_ENTRY __dyad_stop_point, stopPoint, x0
        STOP_ENTRY __dyad_arrive, arrive, x0

// The same for a migration point: all general registers, as struct PointFrame; they come back as they were.
        .section .text.__dyad_point, "ax", %progbits
        .balign 16
        .globl __dyad_point
        .type __dyad_point, %function
__dyad_point:
        .cfi_startproc
        sub sp, sp, #256
        .cfi_def_cfa_offset 256
        REGISTER_PAIRS stp, 0, 29, sp
        str x30, [sp, #240]
        .cfi_offset x29, -24
        .cfi_offset x30, -16
        mov x0, sp
        bl stopAtPoint
        REGISTER_PAIRS ldp, 0, 17, sp
        ldr x18, [sp, #144]             // the others were preserved
        ldr x30, [sp, #240]
        add sp, sp, #256
        .cfi_def_cfa_offset 0
        .cfi_restore x29
        .cfi_restore x30
        ret
        .cfi_endproc
        .size __dyad_point, . - __dyad_point

// int32_t __dyad_context_save(context): x19 to x30, sp, d8 to d15
        .section .text.__dyad_context_save, "ax", %progbits
        .balign 16
        .globl __dyad_context_save
        .type __dyad_context_save, %function
__dyad_context_save:
        .cfi_startproc
        REGISTER_PAIRS stp, 19, 30, x0
        mov x2, sp
        str x2, [x0, #96]
        stp d8, d9, [x0, #104]
        stp d10, d11, [x0, #120]
        stp d12, d13, [x0, #136]
        stp d14, d15, [x0, #152]
        mov w0, #0
        ret
        .cfi_endproc
        .size __dyad_context_save, . - __dyad_context_save

// [[noreturn]] void __dyad_context_load(context, int32_t value)
        .section .text.__dyad_context_load, "ax", %progbits
        .balign 16
        .globl __dyad_context_load
        .type __dyad_context_load, %function
__dyad_context_load:
        .cfi_startproc
        REGISTER_PAIRS ldp, 19, 30, x0
        ldr x2, [x0, #96]
        mov sp, x2
        ldp d8, d9, [x0, #104]
        ldp d10, d11, [x0, #120]
        ldp d12, d13, [x0, #136]
        ldp d14, d15, [x0, #152]
        mov w0, w1
        ret
        .cfi_endproc
        .size __dyad_context_load, . - __dyad_context_load

// void storeVectors(to): v0 to v31, 64 bytes apart
        .section .text.storeVectors, "ax", %progbits
        .balign 16
        .globl storeVectors
        .type storeVectors, %function
storeVectors:
        .cfi_startproc
        .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        str q\number, [x0, #64 * \number]
        .endr
        ret
        .cfi_endproc
        .size storeVectors, . - storeVectors

        .section .note.GNU-stack, "", %progbits
