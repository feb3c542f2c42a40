// AArch64: memcpy, memmove, memset, memcmp, bcmp (C11 7.24; what LLVM's code generation may call). Advanced SIMD only: every CPU
// has it.
//
// Up to 128 bytes everything is loaded before anything is stored, with blocks that overlap in the middle, so that one code
// serves all sizes of a class and memcpy is memmove.

        .macro function name
        .section .text.\name, "ax", %progbits
        .balign 32
        .globl \name
        .type \name, %function
\name:
        .cfi_startproc                  // no function here has a frame
        .endm

// -- void* memcpy(void* x0, const void* x1, size_t x2) ------------------------------------------------------------------

        function memcpy
        .globl memmove
        .type memmove, %function
memmove:
        add x4, x1, x2                  // source end
        add x5, x0, x2                  // destination end
        cmp x2, #16
        b.lo .Lcopy_below16
        cmp x2, #32
        b.hi .Lcopy_above32
        ldr q0, [x1]
        ldr q1, [x4, #-16]
        str q0, [x0]
        str q1, [x5, #-16]
        ret

.Lcopy_below16:
        tbnz x2, #3, .Lcopy_8to15
        tbnz x2, #2, .Lcopy_4to7
        cbz x2, .Lcopy_none
        lsr x6, x2, #1                  // 1 to 3: first, middle, last
        ldrb w7, [x1]
        ldrb w8, [x1, x6]
        ldrb w9, [x4, #-1]
        strb w7, [x0]
        strb w8, [x0, x6]
        strb w9, [x5, #-1]
.Lcopy_none:
        ret
.Lcopy_8to15:
        ldr x6, [x1]
        ldr x7, [x4, #-8]
        str x6, [x0]
        str x7, [x5, #-8]
        ret
.Lcopy_4to7:
        ldr w6, [x1]
        ldr w7, [x4, #-4]
        str w6, [x0]
        str w7, [x5, #-4]
        ret

        .balign 16
.Lcopy_above32:
        ldp q0, q1, [x1]
        ldp q2, q3, [x4, #-32]
        cmp x2, #64
        b.hi .Lcopy_above64
        stp q0, q1, [x0]
        stp q2, q3, [x5, #-32]
        ret
.Lcopy_above64:
        ldp q4, q5, [x1, #32]
        ldp q6, q7, [x4, #-64]
        cmp x2, #128
        b.hi .Lcopy_above128
        stp q0, q1, [x0]
        stp q4, q5, [x0, #32]
        stp q6, q7, [x5, #-64]
        stp q2, q3, [x5, #-32]
        ret

        // The ends are in registers; they are stored last.
.Lcopy_above128:
        sub x6, x0, x1
        cmp x6, x2
        b.lo .Lcopy_backward            // destination begins inside the source
        add x7, x0, #16                 // the loop's first store, aligned
        and x7, x7, #-16
        sub x8, x7, x6                  // and load
        sub x9, x5, #64                 // the tail
        .balign 16
1:      ldp q16, q17, [x8]
        ldp q18, q19, [x8, #32]
        add x8, x8, #64
        stp q16, q17, [x7]
        stp q18, q19, [x7, #32]
        add x7, x7, #64
        cmp x7, x9
        b.lo 1b
        stp q6, q7, [x9]
        stp q2, q3, [x9, #32]
        str q0, [x0]
        ret

.Lcopy_backward:
        cbz x6, .Lcopy_none
        sub x7, x5, #1                  // end of the loop's stores: at most 16 bytes below the destination's end
        and x7, x7, #-16
        sub x8, x7, x6                  // end of its loads
        add x9, x0, #64                 // below this the head
        .balign 16
2:      ldp q16, q17, [x8, #-32]
        ldp q18, q19, [x8, #-64]
        sub x8, x8, #64
        stp q16, q17, [x7, #-32]
        stp q18, q19, [x7, #-64]
        sub x7, x7, #64
        cmp x7, x9
        b.hi 2b
        stp q0, q1, [x0]
        stp q4, q5, [x0, #32]
        str q3, [x5, #-16]
        ret
        .cfi_endproc
        .size memcpy, . - memcpy
        .size memmove, . - memmove

// -- void* memset(void* x0, int w1, size_t x2) --------------------------------------------------------------------------

        function memset
        dup v0.16b, w1
        add x5, x0, x2
        cmp x2, #16
        b.lo .Lset_below16
        cmp x2, #64
        b.hi .Lset_above64
        str q0, [x0]
        str q0, [x5, #-16]
        cmp x2, #32
        b.ls 1f
        str q0, [x0, #16]
        str q0, [x5, #-32]
1:      ret
.Lset_above64:
        str q0, [x0]
        add x7, x0, #16
        and x7, x7, #-16
        sub x9, x5, #64
        cmp x7, x9
        b.hs 3f
        .balign 16
2:      stp q0, q0, [x7]
        stp q0, q0, [x7, #32]
        add x7, x7, #64
        cmp x7, x9
        b.lo 2b
3:      stp q0, q0, [x9]
        stp q0, q0, [x9, #32]
        ret
.Lset_below16:
        tbnz x2, #3, 5f
        tbnz x2, #2, 4f
        cbz x2, 1b
        lsr x6, x2, #1
        strb w1, [x0]
        strb w1, [x0, x6]
        strb w1, [x5, #-1]
        ret
4:      str s0, [x0]
        str s0, [x5, #-4]
        ret
5:      str d0, [x0]
        str d0, [x5, #-8]
        ret
        .cfi_endproc
        .size memset, . - memset

// -- int memcmp(const void* x0, const void* x1, size_t x2): difference of the first bytes that differ -------------------

        function memcmp
        .globl bcmp
        .type bcmp, %function
bcmp:
        cmp x2, #16
        b.lo .Lcompare_below16
        add x4, x0, x2
        sub x4, x4, #16                 // the last block
        sub x5, x1, x0
1:      ldp x6, x7, [x0]
        ldp x8, x9, [x1], #16
        cmp x6, x8
        ccmp x7, x9, #0, eq
        b.ne .Lcompare_pair
        add x0, x0, #16
        cmp x0, x4
        b.lo 1b
        ldp x6, x7, [x4]
        add x1, x4, x5
        ldp x8, x9, [x1]
        cmp x6, x8
        ccmp x7, x9, #0, eq
        b.ne .Lcompare_pair
        mov w0, #0
        ret
.Lcompare_pair:                         // the first of two words that differs
        cmp x6, x8
        csel x6, x6, x7, ne
        csel x8, x8, x9, ne
.Lcompare_word:                         // x6 and x8 differ
        eor x7, x6, x8
        rbit x7, x7
        clz x7, x7
        and x7, x7, #-8                 // bits below the first byte that differs
        lsr x6, x6, x7
        lsr x8, x8, x7
        and w6, w6, #255
        and w8, w8, #255
        sub w0, w6, w8
        ret

.Lcompare_below16:
        tbz x2, #3, .Lcompare_below8
        ldr x6, [x0]
        ldr x8, [x1]
        cmp x6, x8
        b.ne .Lcompare_word
        sub x2, x2, #8
        ldr x6, [x0, x2]
        ldr x8, [x1, x2]
        cmp x6, x8
        b.ne .Lcompare_word
        mov w0, #0
        ret
.Lcompare_below8:
        tbz x2, #2, .Lcompare_below4
        ldr w6, [x0]
        ldr w8, [x1]
        cmp x6, x8
        b.ne .Lcompare_word
        sub x2, x2, #4
        ldr w6, [x0, x2]
        ldr w8, [x1, x2]
        cmp x6, x8
        b.ne .Lcompare_word
        mov w0, #0
        ret
.Lcompare_below4:
        mov w6, #0
        mov w8, #0
2:      cbz x2, 3f
        ldrb w6, [x0], #1
        ldrb w8, [x1], #1
        sub x2, x2, #1
        cmp w6, w8
        b.eq 2b
3:      sub w0, w6, w8
        ret
        .cfi_endproc
        .size memcmp, . - memcmp
        .size bcmp, . - bcmp

        .section .note.GNU-stack, "", %progbits
