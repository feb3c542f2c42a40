// The smallest guest for QEMU's microvm: enters by PVH in 32-bit mode, writes one character to the first serial port (16550,
// I/O port 0x3f8), and halts. The yardstick for start-up times.
        .section .note.pvh, "a", @note
        .long   4, 4, 18                // "Xen", four bytes, XEN_ELFNOTE_PHYS32_ENTRY
        .asciz  "Xen"
        .long   start
        .text
        .code32
        .globl  start
start:  mov     $0x3f8, %dx
        mov     $'!', %al
        out     %al, %dx
1:      hlt
        jmp     1b
