// x86-64: the native functions in which a program can be stopped, and setjmp's native half. Meaning: libos/native.h.

#include "save_registers.h"

// Saves what the ABI preserves over a call as struct CallFrame (registers.cc) and calls `target` with its address as the
// argument in `frame`; the other arguments stay. The order of the pushes is that of the structure, from its end.
        .macro STOP_ENTRY name, target, frame
        .section .text.\name, "ax"
        .balign 16
        .globl \name
        .type \name, @function
\name:
        .cfi_startproc
        PUSH_REGISTERS rbp, rbx, r15, r14, r13, r12
        movq %rsp, %\frame
        subq $8, %rsp                   // seven words below the return address: aligned
        .cfi_adjust_cfa_offset 8
        call \target
        addq $8, %rsp
        .cfi_adjust_cfa_offset -8
        POP_REGISTERS r12, r13, r14, r15, rbx, rbp
        ret
        .cfi_endproc
        .size \name, . - \name
        .endm

        STOP_ENTRY __dyad_wait, waitInCall, rsi
        STOP_ENTRY __dyad_stop_point, stopPoint, rdi
        STOP_ENTRY __dyad_arrive, arrive, rdi

// The same for a migration point: all general registers, as struct PointFrame; they come back as they were.
        .section .text.__dyad_point, "ax"
        .balign 16
        .globl __dyad_point
        .type __dyad_point, @function
__dyad_point:
        .cfi_startproc
        PUSH_REGISTERS r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rbx, rcx, rdx, rax
        movq %rsp, %rdi
        call stopAtPoint                // 16 words with the return address: aligned
        POP_REGISTERS rax, rdx, rcx, rbx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
        ret
        .cfi_endproc
        .size __dyad_point, . - __dyad_point

// int32_t __dyad_context_save(context): rbx, rbp, r12 to r15, rsp after the return, return address
        .section .text.__dyad_context_save, "ax"
        .balign 16
        .globl __dyad_context_save
        .type __dyad_context_save, @function
__dyad_context_save:
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
        .size __dyad_context_save, . - __dyad_context_save

// [[noreturn]] void __dyad_context_load(context, int32_t value)
        .section .text.__dyad_context_load, "ax"
        .balign 16
        .globl __dyad_context_load
        .type __dyad_context_load, @function
__dyad_context_load:
        .cfi_startproc
        movl %esi, %eax
        movq (%rdi), %rbx
        movq 8(%rdi), %rbp
        movq 16(%rdi), %r12
        movq 24(%rdi), %r13
        movq 32(%rdi), %r14
        movq 40(%rdi), %r15
        movq 48(%rdi), %rsp
        jmp *56(%rdi)
        .cfi_endproc
        .size __dyad_context_load, . - __dyad_context_load

// Vector registers, as wide as the CPU's, 64 bytes apart. void storeXmm/storeYmm/storeZmm(to)
        .macro STORE_VECTORS name, move, register, last
        .section .text.\name, "ax"
        .balign 16
        .globl \name
        .type \name, @function
\name:
        .cfi_startproc
        .set number, 0
        .rept \last + 1
        STORE_VECTOR \move, \register, %number
        .set number, number + 1
        .endr
        ret
        .cfi_endproc
        .size \name, . - \name
        .endm
        .macro STORE_VECTOR move, register, number
        \move %\register\number, 64 * \number(%rdi)
        .endm
        .altmacro
        STORE_VECTORS storeXmm, movups, xmm, 15
        STORE_VECTORS storeYmm, vmovups, ymm, 15
        STORE_VECTORS storeZmm, vmovups, zmm, 31

        .section .note.GNU-stack, "", @progbits
