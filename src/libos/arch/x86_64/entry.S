// x86-64: the three entries of an image, the notes that name two of them, and __dyad_crash.
// Specification: docs/abi.md, section 3; PVH: the Xen documentation's "x86/HVM direct boot ABI".

#define PHYSICAL(symbol) (symbol - 0x40000000) // DYAD_IMAGE_BASE
#define CONTROL 0x100000                       // physical; offsets are checked in boot.cc
#define PRIVATE_OFFSET 32

        .section .note.dyad.entry, "a", @note
        .balign 4
        .long 4, 8, 18                  // namesz, descsz, XEN_ELFNOTE_PHYS32_ENTRY
        .asciz "Xen"
        .quad PHYSICAL(__dyad_boot)
        .long 5, 8, 1                   // process entry
        .asciz "Dyad"
        .balign 4
        .quad __dyad_process_entry

// -- Machine entry: 32 bits, no paging, ebx = hvm_start_info ------------------------------------------------------------

        .section .boot.text, "ax"
        .code32
        .globl __dyad_boot
__dyad_boot:
        cli
        cld
        // Early tables: the first GiB of RAM at 0, where this code runs, and at its link address.
        movl $PHYSICAL(early_directory), %edi
        movl $0x83, %eax                // present, writable, 2 MiB
1:      movl %eax, (%edi)
        addl $8, %edi
        addl $0x200000, %eax
        cmpl $0x40000083, %eax
        jb 1b
        movl $PHYSICAL(early_directory) + 3, %eax
        movl %eax, PHYSICAL(early_pointers)
        movl %eax, PHYSICAL(early_pointers) + 8
        movl $PHYSICAL(early_pointers) + 3, PHYSICAL(early_root)
        movl $PHYSICAL(early_root), %eax
        movl %eax, %cr3
        movl $0x6a0, %eax               // PAE, PGE, OSFXSR, OSXMMEXCPT
        movl %eax, %cr4
        movl $0xc0000080, %ecx          // EFER: LME, NXE
        xorl %edx, %edx
        movl $0x900, %eax
        wrmsr
        movl $0x80010033, %eax          // PG, WP, NE, ET, MP, PE
        movl %eax, %cr0
        lgdtl PHYSICAL(early_gdt_pointer)
        ljmpl $8, $PHYSICAL(start64)

        .code64
start64:
        xorl %eax, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        movl %eax, %fs
        movl %eax, %gs
        // Top of the native stack: the end of private RAM.
        movq CONTROL + PRIVATE_OFFSET, %rsp
        addq CONTROL + PRIVATE_OFFSET + 8, %rsp
        addq $0x40000000, %rsp
        xorl %ebp, %ebp
        movl %ebx, %edi
        movq $bootMachine, %rax         // leaves the low mapping
        pushq $0                        // as return address: the outermost frame
        jmp *%rax

        .balign 8
early_gdt:
        .quad 0
        .quad 0x00209a0000000000        // 64-bit code
early_gdt_pointer:
        .word early_gdt_pointer - early_gdt - 1
        .long PHYSICAL(early_gdt)

        .section .bss.early_tables, "aw", @nobits
        .balign 4096
early_root:
        .skip 4096
early_pointers:
        .skip 4096
early_directory:
        .skip 4096

// -- Linux entry: somebody executed the image file ----------------------------------------------------------------------

        .section .text.linux_entry, "ax"
        .globl __dyad_linux_entry
__dyad_linux_entry:
        movl $1, %eax                   // write
        movl $2, %edi
        movl $hint, %esi
        movl $hint_end - hint, %edx
        syscall
        movl $231, %eax                 // exit_group
        movl $126, %edi
        syscall
        ud2

        .section .rodata.linux_entry, "a"
hint:   .ascii "dyad: this is a Dyad pair image; run it with: dyad run <file>\n"
hint_end:

// -- void __dyad_crash(cause, signal, message): stores the caller's registers -------------------------------------------

#define CRASH 0x401001c0                // control.crash; boot.cc checks all offsets
#define CRASH_PC (CRASH + 24)
#define CRASH_REGISTERS (CRASH + 48)

        .section .text.__dyad_crash, "ax"
        .globl __dyad_crash
        .type __dyad_crash, @function
__dyad_crash:
        .cfi_startproc
        movq %rax, CRASH_REGISTERS + 0
        movq %rbx, CRASH_REGISTERS + 8
        movq %rcx, CRASH_REGISTERS + 16
        movq %rdx, CRASH_REGISTERS + 24
        movq %rsi, CRASH_REGISTERS + 32
        movq %rdi, CRASH_REGISTERS + 40
        movq %rbp, CRASH_REGISTERS + 48
        movq %r8, CRASH_REGISTERS + 56
        movq %r9, CRASH_REGISTERS + 64
        movq %r10, CRASH_REGISTERS + 72
        movq %r11, CRASH_REGISTERS + 80
        movq %r12, CRASH_REGISTERS + 88
        movq %r13, CRASH_REGISTERS + 96
        movq %r14, CRASH_REGISTERS + 104
        movq %r15, CRASH_REGISTERS + 112
        movq (%rsp), %rax
        movq %rax, CRASH_PC
        leaq 8(%rsp), %rax
        movq %rax, CRASH_PC + 8
        pushfq
        .cfi_def_cfa_offset 16
        popq CRASH_PC + 16
        .cfi_def_cfa_offset 8
        jmp __dyad_crash_stored
        .cfi_endproc
        .size __dyad_crash, . - __dyad_crash

        .section .note.GNU-stack, "", @progbits
