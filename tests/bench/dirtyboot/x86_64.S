// A guest of QEMU that writes to its memory at a rate: what transfer.sh moves by QEMU's own migration. Enters by PVH in 32-bit
// mode without paging. BYTES of memory from BASE on are written once with words that differ, then "!" goes to the first
// serial port, then one word of the next page is written every TICKS ticks of the time stamp counter; TICKS 0: none.
        .set    BASE, 0x1000000
        .section .note.pvh, "a", @note
        .long   4, 4, 18                // "Xen", four bytes, XEN_ELFNOTE_PHYS32_ENTRY
        .asciz  "Xen"
        .long   start
        .text
        .code32
        .globl  start
start:  mov     $BASE, %edi
        mov     $88172645, %eax
1:      imul    $1664525, %eax, %eax
        add     $1013904223, %eax
        mov     %eax, (%edi)
        add     $4, %edi
        cmp     $BASE + BYTES, %edi
        jb      1b
        mov     $0x3f8, %dx
        mov     $'!', %al
        out     %al, %dx
.if TICKS == 0
2:      jmp     2b                      // runs on, as a program that computes
.else
        mov     $BASE, %edi
        rdtsc
        mov     %eax, %ebx
        mov     %edx, %ecx
3:      rdtsc
        sub     %ebx, %eax
        sbb     %ecx, %edx
        jnz     4f
        cmp     $TICKS, %eax
        jb      3b
4:      add     $TICKS, %ebx
        adc     $0, %ecx
        incl    (%edi)
        add     $4096, %edi
        cmp     $BASE + BYTES, %edi
        jb      3b
        mov     $BASE, %edi
        jmp     3b
.endif
