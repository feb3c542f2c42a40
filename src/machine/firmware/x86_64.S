// Firmware of the x86-64 QEMU machine (microvm): from the reset vector to the PVH entry of the image that QEMU has loaded, in forty
// instructions. QEMU's own firmware for this machine, qboot, does the same with more than a thousand, most of them for guests
// that ask for tables of interrupts and memory, and each costs time under an emulator.
//
// Sources: Intel's manual, volume 3, "Processor management and initialization"; the Xen documentation's "x86/HVM direct boot
// ABI"; QEMU's "Firmware Configuration (fw_cfg) Device". docs/abi.md, section 7, says what the machine must be.
//
// The file is a ROM of 64 KiB, QEMU's smallest, that ends at 4 GiB. Nothing above the first mebibyte of RAM is written.

#define ROM 0xffff0000
#define IN_ROM(label) ((label) - rom)

#define FW_CFG_SELECTOR 0x510           // data follow at the next port, byte by byte
#define FW_CFG_RAM_SIZE 0x03            // 8 bytes
#define FW_CFG_KERNEL_ENTRY 0x10        // 4 bytes: the address in the image's PVH note

#define START_INFO 0x1000               // hvm_start_info, version 1, and its memory map
#define MEMORY_MAP (START_INFO + 0x40)
#define BELOW_4_GIB 0xc0000000          // microvm's RAM below the device hole

        .section .text, "ax"
rom:
        .org 0xff00
        .code16
start:
        cli
        lgdtl %cs:IN_ROM(descriptors_pointer)
        movl %cr0, %eax
        orb $1, %al
        movl %eax, %cr0
        ljmpl $8, $ROM + IN_ROM(start32)

        .code32
start32:
        movw $16, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        cld

        movl $START_INFO + 0x800, %esp  // room for two return addresses

        movl $MEMORY_MAP + 8, %edi
        movl $FW_CFG_RAM_SIZE, %eax
        movl $8, %ecx
        call readConfiguration
        // The memory map has one entry, for RAM from 4 GiB on, or none.
        xorl %ebx, %ebx
        subl $BELOW_4_GIB, MEMORY_MAP + 8
        sbbl %ebx, MEMORY_MAP + 12
        jb 1f
        movl $1, MEMORY_MAP + 4         // address
        movl $1, MEMORY_MAP + 16        // type: usable
        incl %ebx
1:      movl %ebx, START_INFO + 48      // entries
        movl $MEMORY_MAP, START_INFO + 40
        movl $0x336ec578, START_INFO    // magic
        movl $1, START_INFO + 4         // version

        movl $START_INFO + 0x38, %edi
        movl $FW_CFG_KERNEL_ENTRY, %eax
        movl $4, %ecx
        call readConfiguration
        movl $START_INFO, %ebx
        jmp *START_INFO + 0x38

// Reads %ecx bytes of the item %eax to %edi.
readConfiguration:
        movw $FW_CFG_SELECTOR, %dx
        outw %ax, %dx
        incl %edx
        rep insb
        ret

        .balign 8
descriptors:
        .quad 0
        .quad 0x00cf9b000000ffff        // code: base 0, 4 GiB, 32 bits
        .quad 0x00cf93000000ffff        // data
descriptors_pointer:
        .word descriptors_pointer - descriptors - 1
        .long ROM + IN_ROM(descriptors)

        .org 0xfff0
        .code16
        jmp start                       // the reset vector: cs has base ROM
        .org 0x10000

        .section .note.GNU-stack, "", @progbits
