// x86-64: memcpy, memmove, memset, memcmp, bcmp (C11 7.24; what LLVM's code generation may call). SSE2 only: every CPU has it.
//
// Up to 128 bytes everything is loaded before anything is stored, with blocks that overlap in the middle, so that one code
// serves all sizes of a class and memcpy is memmove. No string instructions: they are slow to start on real CPUs and
// interpreted byte by byte by TCG.

        .macro function name
        .section .text.\name, "ax", @progbits
        .balign 32
        .globl \name
        .type \name, @function
\name:
        .cfi_startproc                  // no function here has a frame
        .endm

// -- void* memcpy(void* rdi, const void* rsi, size_t rdx) ---------------------------------------------------------------

        function memcpy
        .globl memmove
        .type memmove, @function
memmove:
        movq %rdi, %rax
        cmpq $16, %rdx
        jb .Lcopy_below16
        cmpq $32, %rdx
        ja .Lcopy_above32
        movups (%rsi), %xmm0
        movups -16(%rsi,%rdx), %xmm1
        movups %xmm0, (%rdi)
        movups %xmm1, -16(%rdi,%rdx)
        ret

.Lcopy_below16:
        cmpl $8, %edx
        jae .Lcopy_8to15
        cmpl $4, %edx
        jae .Lcopy_4to7
        testl %edx, %edx
        je .Lcopy_none
        // 1 to 3: first, middle, last
        movzbl (%rsi), %ecx
        movzbl -1(%rsi,%rdx), %r8d
        movl %edx, %r9d
        shrl $1, %r9d
        movzbl (%rsi,%r9), %r10d
        movb %cl, (%rdi)
        movb %r10b, (%rdi,%r9)
        movb %r8b, -1(%rdi,%rdx)
.Lcopy_none:
        ret
.Lcopy_8to15:
        movq (%rsi), %rcx
        movq -8(%rsi,%rdx), %r8
        movq %rcx, (%rdi)
        movq %r8, -8(%rdi,%rdx)
        ret
.Lcopy_4to7:
        movl (%rsi), %ecx
        movl -4(%rsi,%rdx), %r8d
        movl %ecx, (%rdi)
        movl %r8d, -4(%rdi,%rdx)
        ret

        .balign 16
.Lcopy_above32:
        movups (%rsi), %xmm0
        movups 16(%rsi), %xmm1
        movups -16(%rsi,%rdx), %xmm2
        movups -32(%rsi,%rdx), %xmm3
        cmpq $64, %rdx
        ja .Lcopy_above64
        movups %xmm0, (%rdi)
        movups %xmm1, 16(%rdi)
        movups %xmm2, -16(%rdi,%rdx)
        movups %xmm3, -32(%rdi,%rdx)
        ret
.Lcopy_above64:
        movups 32(%rsi), %xmm4
        movups 48(%rsi), %xmm5
        movups -48(%rsi,%rdx), %xmm6
        movups -64(%rsi,%rdx), %xmm7
        cmpq $128, %rdx
        ja .Lcopy_above128
        movups %xmm0, (%rdi)
        movups %xmm1, 16(%rdi)
        movups %xmm4, 32(%rdi)
        movups %xmm5, 48(%rdi)
        movups %xmm2, -16(%rdi,%rdx)
        movups %xmm3, -32(%rdi,%rdx)
        movups %xmm6, -48(%rdi,%rdx)
        movups %xmm7, -64(%rdi,%rdx)
        ret

        // The ends are in registers; they are stored last.
.Lcopy_above128:
        movq %rdi, %rcx
        subq %rsi, %rcx
        cmpq %rdx, %rcx
        jb .Lcopy_backward              // destination begins inside the source
        // Forward, destination aligned. xmm0 goes to the unaligned head, the last 64 bytes to the unaligned tail.
        leaq -64(%rdi,%rdx), %r8        // the tail
        leaq 16(%rdi), %r9
        andq $-16, %r9                  // where the loop stores first
        subq %rdi, %rsi
        addq %r9, %rsi                  // and loads first
        movq %rdi, %r10
        movq %r9, %rdi
        // The loop may overwrite source bytes it still has to load only if the destination is below: harmless forward.
        .balign 32
1:      movups (%rsi), %xmm1
        movups 16(%rsi), %xmm4
        movups 32(%rsi), %xmm5
        movups 48(%rsi), %xmm8
        addq $64, %rsi
        movaps %xmm1, (%rdi)
        movaps %xmm4, 16(%rdi)
        movaps %xmm5, 32(%rdi)
        movaps %xmm8, 48(%rdi)
        addq $64, %rdi
        cmpq %r8, %rdi
        jb 1b
        movups %xmm7, (%r8)
        movups %xmm6, 16(%r8)
        movups %xmm3, 32(%r8)
        movups %xmm2, 48(%r8)
        movups %xmm0, (%r10)
        ret

.Lcopy_backward:
        testq %rcx, %rcx
        je .Lcopy_none
        leaq 64(%rdi), %r8              // below this the head, in xmm0, 1, 4, 5
        leaq -1(%rdi,%rdx), %r9
        andq $-16, %r9                  // end of the loop's stores: at most 16 bytes below the destination's end
        leaq (%rdi,%rdx), %r10
        movq %r9, %r11
        subq %rcx, %r11                 // end of its loads
        .balign 32
2:      movups -16(%r11), %xmm8
        movups -32(%r11), %xmm9
        movups -48(%r11), %xmm10
        movups -64(%r11), %xmm11
        subq $64, %r11
        movaps %xmm8, -16(%r9)
        movaps %xmm9, -32(%r9)
        movaps %xmm10, -48(%r9)
        movaps %xmm11, -64(%r9)
        subq $64, %r9
        cmpq %r8, %r9
        ja 2b
        movups %xmm0, (%rdi)
        movups %xmm1, 16(%rdi)
        movups %xmm4, 32(%rdi)
        movups %xmm5, 48(%rdi)
        movups %xmm2, -16(%r10)
        ret
        .cfi_endproc
        .size memcpy, . - memcpy
        .size memmove, . - memmove

// -- void* memset(void* rdi, int esi, size_t rdx) -----------------------------------------------------------------------

        function memset
        movq %rdi, %rax
        movzbl %sil, %ecx
        imull $0x01010101, %ecx, %ecx
        cmpq $16, %rdx
        jb .Lset_below16
        movd %ecx, %xmm0
        pshufd $0, %xmm0, %xmm0
        cmpq $64, %rdx
        ja .Lset_above64
        movups %xmm0, (%rdi)
        movups %xmm0, -16(%rdi,%rdx)
        cmpl $32, %edx
        jbe 1f
        movups %xmm0, 16(%rdi)
        movups %xmm0, -32(%rdi,%rdx)
1:      ret
.Lset_above64:
        movups %xmm0, (%rdi)
        leaq -64(%rdi,%rdx), %r8
        addq $16, %rdi
        andq $-16, %rdi
        cmpq %r8, %rdi
        jae 3f
        .balign 16
2:      movaps %xmm0, (%rdi)
        movaps %xmm0, 16(%rdi)
        movaps %xmm0, 32(%rdi)
        movaps %xmm0, 48(%rdi)
        addq $64, %rdi
        cmpq %r8, %rdi
        jb 2b
3:      movups %xmm0, (%r8)
        movups %xmm0, 16(%r8)
        movups %xmm0, 32(%r8)
        movups %xmm0, 48(%r8)
        ret
.Lset_below16:
        cmpl $8, %edx
        jae 5f
        cmpl $4, %edx
        jae 4f
        testl %edx, %edx
        je 1b
        movb %cl, (%rdi)
        movb %cl, -1(%rdi,%rdx)
        shrl $1, %edx
        movb %cl, (%rdi,%rdx)
        ret
4:      movl %ecx, (%rdi)
        movl %ecx, -4(%rdi,%rdx)
        ret
5:      movl %ecx, %esi
        shlq $32, %rsi
        orq %rsi, %rcx
        movq %rcx, (%rdi)
        movq %rcx, -8(%rdi,%rdx)
        ret
        .cfi_endproc
        .size memset, . - memset

// -- int memcmp(const void* rdi, const void* rsi, size_t rdx): difference of the first bytes that differ ----------------

        function memcmp
        .globl bcmp
        .type bcmp, @function
bcmp:
        cmpq $16, %rdx
        jb .Lcompare_below16
        leaq -16(%rdx), %r8             // offset of the last block
        xorl %ecx, %ecx
        subq $64, %rdx
        jae .Lcompare_64
1:      movups (%rdi,%rcx), %xmm0
        movups (%rsi,%rcx), %xmm1
        pcmpeqb %xmm1, %xmm0
        pmovmskb %xmm0, %eax
        xorl $0xffff, %eax
        jne .Lcompare_block
        addq $16, %rcx
        cmpq %r8, %rcx
        jb 1b
.Lcompare_last:
        movq %r8, %rcx
        movups (%rdi,%rcx), %xmm0
        movups (%rsi,%rcx), %xmm1
        pcmpeqb %xmm1, %xmm0
        pmovmskb %xmm0, %eax
        xorl $0xffff, %eax
        jne .Lcompare_block
        ret                             // eax is zero

        // Four blocks at a time; the loop above finds the difference in them, and does the rest.
        .balign 16
.Lcompare_64:
        movups (%rdi,%rcx), %xmm0
        movups (%rsi,%rcx), %xmm1
        movups 16(%rdi,%rcx), %xmm2
        movups 16(%rsi,%rcx), %xmm3
        movups 32(%rdi,%rcx), %xmm4
        movups 32(%rsi,%rcx), %xmm5
        movups 48(%rdi,%rcx), %xmm6
        movups 48(%rsi,%rcx), %xmm7
        pcmpeqb %xmm1, %xmm0
        pcmpeqb %xmm3, %xmm2
        pcmpeqb %xmm5, %xmm4
        pcmpeqb %xmm7, %xmm6
        pand %xmm2, %xmm0
        pand %xmm6, %xmm4
        pand %xmm4, %xmm0
        pmovmskb %xmm0, %eax
        cmpl $0xffff, %eax
        jne 1b
        addq $64, %rcx
        cmpq %rdx, %rcx
        jbe .Lcompare_64
        cmpq %r8, %rcx
        jb 1b
        jmp .Lcompare_last
.Lcompare_block:
        bsfl %eax, %eax
        addq %rax, %rcx
        movzbl (%rdi,%rcx), %eax
        movzbl (%rsi,%rcx), %edx
        subl %edx, %eax
        ret

.Lcompare_below16:
        cmpl $8, %edx
        jb .Lcompare_below8
        movq (%rdi), %rax
        movq (%rsi), %rcx
        xorq %rax, %rcx
        jne .Lcompare_word
        addq %rdx, %rdi
        addq %rdx, %rsi
        subq $8, %rdi
        subq $8, %rsi
        movq (%rsi), %rcx
        xorq (%rdi), %rcx
        jne .Lcompare_word
        xorl %eax, %eax
        ret
.Lcompare_below8:
        cmpl $4, %edx
        jb .Lcompare_below4
        movl (%rsi), %ecx
        xorl (%rdi), %ecx
        jne .Lcompare_word
        leaq -4(%rdi,%rdx), %rdi
        leaq -4(%rsi,%rdx), %rsi
        movl (%rsi), %ecx
        xorl (%rdi), %ecx
        jne .Lcompare_word
        xorl %eax, %eax
        ret
.Lcompare_word:                         // rcx: difference, lowest byte first
        bsfq %rcx, %rcx
        shrl $3, %ecx
        movzbl (%rdi,%rcx), %eax
        movzbl (%rsi,%rcx), %edx
        subl %edx, %eax
        ret
.Lcompare_below4:
        xorl %ecx, %ecx
2:      xorl %eax, %eax
        cmpl %edx, %ecx
        je 3f
        movzbl (%rdi,%rcx), %eax
        movzbl (%rsi,%rcx), %r8d
        incl %ecx
        subl %r8d, %eax
        je 2b
3:      ret
        .cfi_endproc
        .size memcmp, . - memcmp
        .size bcmp, . - bcmp

        .section .note.GNU-stack, "", @progbits
