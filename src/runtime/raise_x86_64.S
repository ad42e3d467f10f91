// Where compiled code raises an exception: hands the registers that it keeps to the unwinder, and
// goes on where that says. System V x86-64; abi::Builtins::exception_raise.
//
//   void wherry_raise(VmContext* context, Exception* exception);
//
// The state, as runtime/unwind.h has it: [rbx][rbp][r12][r13][r14][r15][rsp][pc], rsp being what it
// was before the call, and pc its return address. Does not return: goes on at the state's pc, with
// its registers, and the exception in rax.
        .text
        .globl  wherry_raise
        .hidden wherry_raise
        .type   wherry_raise, @function
        .p2align 4
wherry_raise:
        .cfi_startproc
        movq    (%rsp), %rax
        leaq    8(%rsp), %rdx
        subq    $72, %rsp
        .cfi_adjust_cfa_offset 72
        movq    %rbx, (%rsp)
        movq    %rbp, 8(%rsp)
        movq    %r12, 16(%rsp)
        movq    %r13, 24(%rsp)
        movq    %r14, 32(%rsp)
        movq    %r15, 40(%rsp)
        movq    %rdx, 48(%rsp)
        movq    %rax, 56(%rsp)
        movq    %rsp, %rdi
        callq   wherry_find_handler
        movq    (%rsp), %rbx
        movq    8(%rsp), %rbp
        movq    16(%rsp), %r12
        movq    24(%rsp), %r13
        movq    32(%rsp), %r14
        movq    40(%rsp), %r15
        movq    56(%rsp), %rcx
        movq    48(%rsp), %rsp
        jmpq    *%rcx
        .cfi_endproc
        .size   wherry_raise, . - wherry_raise

        .section .note.GNU-stack, "", @progbits
