// x86-64: the tender's first instruction, return from signals, entry of the guest, and the memory functions that the
// compiler calls. Specification: psABI 3.4 (process start); sigreturn(2).

        .section .text, "ax"
        .globl _start
_start:
        xorl %ebp, %ebp
        movq %rsp, %rdi                 // argc, argv, envp, auxiliary vector
        andq $-16, %rsp
        call tenderMain
        ud2

        .globl signalReturn
signalReturn:
        movl $15, %eax
        syscall
        ud2

// [[noreturn]] void enterGuest(entry, stack)
        .globl enterGuest
enterGuest:
        movq %rsi, %rsp
        xorl %ebp, %ebp
        pushq $0                        // as return address: the guest's outermost frame
        jmp *%rdi

        .globl memset
memset:
        movq %rdi, %r8
        movl %esi, %eax
        movq %rdx, %rcx
        rep stosb
        movq %r8, %rax
        ret

        .globl memcpy
memcpy:
        movq %rdi, %rax
        movq %rdx, %rcx
        rep movsb
        ret

        .section .note.GNU-stack, "", @progbits
