// AArch64, for .S files: storing and loading runs of general registers.

        .altmacro

        .macro REGISTER_PAIR instruction, register, next, base, offset
        \instruction x\register, x\next, [\base, #\offset]
        .endm

// `instruction` (stp or ldp) for the registers x`first` to x`last`, an even number of them, at `offset` from `base`.
        .macro REGISTER_PAIRS instruction, first, last, base, offset=0
        .set register, \first
        .rept (\last - \first + 1) / 2
        .set next, register + 1
        .set position, \offset + 8 * (register - \first)
        REGISTER_PAIR \instruction, %register, %next, \base, %position
        .set register, register + 2
        .endr
        .endm
