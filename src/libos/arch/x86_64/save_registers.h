// x86-64, for .S files: pushing and popping lists of general registers, unwind information included.

        .macro PUSH_REGISTERS registers:vararg
        .irp register, \registers
        pushq %\register
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset \register, 0
        .endr
        .endm

        .macro POP_REGISTERS registers:vararg
        .irp register, \registers
        popq %\register
        .cfi_adjust_cfa_offset -8
        .cfi_restore \register
        .endr
        .endm
