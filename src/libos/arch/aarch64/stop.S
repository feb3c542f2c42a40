// AArch64: the native functions in which a program can be stopped, and setjmp's native half. Meaning: libos/native.h.

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
        stp x19, x20, [sp, #-96]!
        .cfi_def_cfa_offset 96
        stp x21, x22, [sp, #16]
        stp x23, x24, [sp, #32]
        stp x25, x26, [sp, #48]
        stp x27, x28, [sp, #64]
        stp x29, x30, [sp, #80]
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
        stp x0, x1, [sp]
        stp x2, x3, [sp, #16]
        stp x4, x5, [sp, #32]
        stp x6, x7, [sp, #48]
        stp x8, x9, [sp, #64]
        stp x10, x11, [sp, #80]
        stp x12, x13, [sp, #96]
        stp x14, x15, [sp, #112]
        stp x16, x17, [sp, #128]
        stp x18, x19, [sp, #144]
        stp x20, x21, [sp, #160]
        stp x22, x23, [sp, #176]
        stp x24, x25, [sp, #192]
        stp x26, x27, [sp, #208]
        stp x28, x29, [sp, #224]
        str x30, [sp, #240]
        .cfi_offset x29, -24
        .cfi_offset x30, -16
        mov x0, sp
        bl stopAtPoint
        ldp x0, x1, [sp]
        ldp x2, x3, [sp, #16]
        ldp x4, x5, [sp, #32]
        ldp x6, x7, [sp, #48]
        ldp x8, x9, [sp, #64]
        ldp x10, x11, [sp, #80]
        ldp x12, x13, [sp, #96]
        ldp x14, x15, [sp, #112]
        ldp x16, x17, [sp, #128]
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
        .size __dyad_context_save, . - __dyad_context_save

// [[noreturn]] void __dyad_context_load(context, int32_t value)
        .section .text.__dyad_context_load, "ax", %progbits
        .balign 16
        .globl __dyad_context_load
        .type __dyad_context_load, %function
__dyad_context_load:
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
