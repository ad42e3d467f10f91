// Goes from the host to a guest and comes back, by return or by a trap. System V x86-64.
//
//   uint32_t wherry_enter_guest(const void* code, VmContext* context, uint64_t* slots,
//                               EntryThunk thunk, void** host_stack_pointer, void* stack_top);
//
// Saves the callee-saved registers on the host's stack, puts the stack pointer into
// *host_stack_pointer, and calls thunk(code, context, slots) on the stack that ends at stack_top
// (null: goes on where it is). Returns 0 after the thunk's return.
//
// A signal handler leaves the guest by continuing at wherry_leave_guest with
// rsp = *host_stack_pointer; then wherry_enter_guest returns 1. Everything between lives on the
// guest's stack and is abandoned.
        .text
        .globl  wherry_enter_guest
        .hidden wherry_enter_guest
        .type   wherry_enter_guest, @function
        .p2align 4
wherry_enter_guest:
        .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        subq    $8, %rsp
        movq    %rsp, (%r8)
        testq   %r9, %r9
        cmovnzq %r9, %rsp
        callq   *%rcx
        xorl    %eax, %eax
.Lreturn:
        leaq    -40(%rbp), %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        retq
        .cfi_endproc
        .size   wherry_enter_guest, . - wherry_enter_guest

        .globl  wherry_leave_guest
        .hidden wherry_leave_guest
        .type   wherry_leave_guest, @function
        .p2align 4
wherry_leave_guest:
        .cfi_startproc
        .cfi_def_cfa %rsp, 64
        .cfi_offset %rbp, -16
        cld
        leaq    48(%rsp), %rbp
        movl    $1, %eax
        jmp     .Lreturn
        .cfi_endproc
        .size   wherry_leave_guest, . - wherry_leave_guest

        .section .note.GNU-stack, "", @progbits
