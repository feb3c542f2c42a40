// AArch64: the entries of an image, the note that names the process entry, and __dyad_crash.
// Specification: docs/abi.md, section 3. What executes this file on Linux directly is not told apart: Linux starts x86-64
// pair images only.

#include "save_registers.h"

#define CONTROL 0x40100000
#define PRIVATE_OFFSET 32               // boot.cc checks all offsets

        .section .note.dyad.entry, "a", %note
        .balign 4
        .long 5, 8, 1                   // namesz, descsz, process entry
        .asciz "Dyad"
        .balign 4
        .quad __dyad_process_entry

// -- Machine entry: EL2 or EL1, no translation --------------------------------------------------------------------------

        .section .boot.text, "ax"
        .globl __dyad_boot
__dyad_boot:
        msr daifset, #15
        mrs x19, CurrentEL
        cmp x19, #8
        b.ne el1
        // EL2: nothing is trapped, EL1 is 64-bit, timers are EL1's.
        mov x0, #1 << 31
        msr hcr_el2, x0
        mov x0, #3
        msr cnthctl_el2, x0
        msr cntvoff_el2, xzr
        msr hstr_el2, xzr
        mov x0, #0x32ff                 // CPTR_EL2: no traps, SVE neither
        msr cptr_el2, x0
        mrs x0, midr_el1
        msr vpidr_el2, x0
        mrs x0, mpidr_el1
        msr vmpidr_el2, x0
        mov x0, #0x3c5                  // EL1h, masked
        msr spsr_el2, x0
        adr x0, el1
        msr elr_el2, x0
        eret
el1:
        ldr x0, =0x30d00800             // SCTLR_EL1: reserved-one bits, all off
        msr sctlr_el1, x0
        mov x0, #0x330000               // CPACR_EL1: FPEN, ZEN
        msr cpacr_el1, x0
        isb
        mrs x0, id_aa64pfr0_el1
        ubfx x0, x0, #32, #4            // SVE: all of the vector length there is
        cbz x0, 1f
        mov x0, #15
        msr s3_0_c1_c2_0, x0            // ZCR_EL1
1:      ldr x0, =vectors
        msr vbar_el1, x0
        // Early translation: 31 bits, the first table is two entries; only the second, RAM, is valid. Code and data can
        // be cached from here on, which unaligned accesses need.
        mov x0, #0x04ff                 // attribute 0: write-back, 1: device nGnRE
        msr mair_el1, x0
        ldr x0, =early_table
        msr ttbr0_el1, x0
        ldr x0, =0x803521               // TCR_EL1: T0SZ 33, walks write-back inner shareable, no TTBR1
        bl enable
        // Exceptions on SP_EL1, everything else on SP_EL0.
        msr spsel, #1
        ldr x0, =trapStackEnd
        mov sp, x0
        msr spsel, #0
        ldr x1, =CONTROL + PRIVATE_OFFSET
        ldp x0, x1, [x1]
        add x0, x0, x1                  // top of the native stack: the end of private RAM
        mov x1, #0x40000000             // DYAD_IMAGE_BASE
        add x0, x0, x1
        mov sp, x0
        mov x29, xzr
        mov x30, xzr
        lsr x0, x19, #2                 // the level of entry
        b bootMachine

// Translation and caches on. x0 = TCR_EL1 but for the physical address size; uses x1, x2
enable:
        mrs x1, id_aa64mmfr0_el1
        and x1, x1, #15
        cmp x1, #5                      // 48 bits are the most that tables of this format hold
        mov x2, #5
        csel x1, x2, x1, hi
        orr x0, x0, x1, lsl #32
        msr tcr_el1, x0
        tlbi vmalle1
        ic iallu
        dsb sy
        isb
        ldr x1, =0x30d0180d             // SCTLR_EL1: MMU, data cache, stack alignment, instruction cache
        msr sctlr_el1, x1
        isb
        ret

// void switchTables(root): the final tables, 39 bits. TCR and TTBR cannot change together: translation is off meanwhile.
        .globl switchTables
switchTables:
        .cfi_startproc
        mov x3, x30
        .cfi_register x30, x3
        dsb sy                          // the tables are written
        ldr x1, =0x30d00800
        msr sctlr_el1, x1
        isb
        msr ttbr0_el1, x0
        ldr x0, =0x803519               // T0SZ 25
        bl enable
        orr x1, x1, #1 << 19            // WXN: nothing writable can be executed, whatever the tables say
        msr sctlr_el1, x1
        tlbi vmalle1
        dsb nsh
        isb
        ret x3
        .cfi_endproc

        .ltorg
        .balign 64
early_table:
        .quad 0
        .quad 0x40000701                // block at 1 GiB: attribute 0, inner shareable, accessed

// -- void __dyad_crash(cause, signal, message): stores the caller's registers -------------------------------------------

#define CRASH 0x401001c0                // control.crash; boot.cc checks all offsets
#define CRASH_PC 24
#define CRASH_REGISTERS 48

        .section .text.__dyad_crash, "ax"
        .globl __dyad_crash
        .type __dyad_crash, @function
__dyad_crash:
        .cfi_startproc
        sub sp, sp, #32
        .cfi_def_cfa_offset 32
        stp x16, x17, [sp]
        ldr x16, =CRASH + CRASH_REGISTERS
        REGISTER_PAIRS stp, 0, 15, x16
        ldp x3, x4, [sp]
        stp x3, x4, [x16, #128]
        REGISTER_PAIRS stp, 18, 29, x16, 144
        str x30, [x16, #240]
        add x3, sp, #32
        mrs x4, nzcv
        ldr x16, =CRASH + CRASH_PC
        stp x30, x3, [x16]
        str x4, [x16, #16]
        .cfi_undefined x30              // the record has it
        bl __dyad_crash_stored
        .cfi_endproc
        .ltorg
        .size __dyad_crash, . - __dyad_crash

        .section .note.GNU-stack, "", %progbits
