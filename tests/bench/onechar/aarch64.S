// The smallest guest for QEMU's virt machine: writes one character to the PL011 at 0x09000000, and waits for ever. The
// yardstick for start-up times.
        .text
        .globl  start
start:  mov     x0, #0x09000000
        mov     w1, #'!'
        strb    w1, [x0]
1:      wfi
        b       1b
