// AArch64: the tender's first instruction, return from signals, entry of the guest, and the memory functions that the
// compiler calls. Specification: the kernel's ELF loader (process start); sigreturn(2).

        .section .text, "ax"
        .globl _start
_start:
        mov x29, xzr
        mov x30, xzr
        mov x0, sp                      // argc, argv, envp, auxiliary vector
        and x1, x0, #-16
        mov sp, x1
        bl tenderMain
        udf #0

        .globl signalReturn
signalReturn:
        mov x8, #139
        svc #0
        udf #0

// [[noreturn]] void enterGuest(entry, stack)
        .globl enterGuest
enterGuest:
        mov sp, x1
        mov x29, xzr
        mov x30, xzr                    // the guest's outermost frame
        br x0

        .globl memset
memset:
        mov x3, x0
1:      cbz x2, 2f
        strb w1, [x3], #1
        sub x2, x2, #1
        b 1b
2:      ret

        .globl memcpy
memcpy:
        mov x3, x0
3:      cbz x2, 4f
        ldrb w4, [x1], #1
        strb w4, [x3], #1
        sub x2, x2, #1
        b 3b
4:      ret

        .section .note.GNU-stack, "", %progbits
