/* Frames that no compiler makes. Each function calls the one that it is given in rdi. */
	.text

	.globl asm_rbx_cfa
	.type asm_rbx_cfa, @function
asm_rbx_cfa:
	.cfi_startproc
	pushq %rbx
	.cfi_def_cfa_offset 16
	.cfi_offset %rbx, -16
	movq %rsp, %rbx
	.cfi_def_cfa_register %rbx
	andq $-64, %rsp
	subq $128, %rsp
	call *%rdi
	movq %rbx, %rsp
	popq %rbx
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size asm_rbx_cfa, . - asm_rbx_cfa

	.globl asm_no_cfi
	.type asm_no_cfi, @function
asm_no_cfi:
	pushq %rbp
	xorl %ebp, %ebp
	subq $32, %rsp
	call *%rdi
	addq $32, %rsp
	popq %rbp
	ret
	.size asm_no_cfi, . - asm_no_cfi

	.globl asm_no_cfi_bp
	.type asm_no_cfi_bp, @function
asm_no_cfi_bp:
	pushq %rbp
	movq %rsp, %rbp
	subq $32, %rsp
	call *%rdi
	leave
	ret
	.size asm_no_cfi_bp, . - asm_no_cfi_bp

	.globl asm_saves_far
	.type asm_saves_far, @function
asm_saves_far:
	.cfi_startproc
	subq $216, %rsp
	.cfi_def_cfa_offset 224
	movq %r12, 24(%rsp)
	.cfi_offset %r12, -200
	movq $-1, %r12
	call *%rdi
	movq 24(%rsp), %r12
	.cfi_restore %r12
	addq $216, %rsp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size asm_saves_far, . - asm_saves_far

	/* CFA = [rsp + rbx * 8] + 8 with rbx = 3: two registers and a product. */
	.globl asm_hard
	.type asm_hard, @function
asm_hard:
	.cfi_startproc
	pushq %rbx
	.cfi_def_cfa_offset 16
	.cfi_offset %rbx, -16
	leaq 8(%rsp), %rax
	subq $48, %rsp
	.cfi_def_cfa_offset 64
	movq %rax, 24(%rsp)
	movl $3, %ebx
	/* def_cfa_expression: breg7 0; breg3 0; lit8; mul; plus; deref; plus_uconst 8 */
	.cfi_escape 0x0f, 10, 0x77, 0, 0x73, 0, 0x38, 0x1e, 0x22, 0x06, 0x23, 0x08
	call *%rdi
	.cfi_def_cfa %rsp, 64
	addq $48, %rsp
	.cfi_def_cfa_offset 16
	popq %rbx
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size asm_hard, . - asm_hard

	/* rbx by expressions that begin with the CFA: where it is kept, then what it is. */
	.globl asm_expr_regs
	.type asm_expr_regs, @function
asm_expr_regs:
	.cfi_startproc
	pushq %rbx
	.cfi_def_cfa_offset 16
	subq $16, %rsp
	.cfi_def_cfa_offset 32
	movq %rdi, (%rsp)
	xorl %ebx, %ebx
	/* expression rbx: dup; lit7; and; bra +1; nop; lit2; lit3; shl; minus */
	.cfi_escape 0x10, 3, 11, 0x12, 0x37, 0x1a, 0x28, 1, 0, 0x96, 0x32, 0x33, 0x24, 0x1c
	call *%rdi
	/* val_expression rbx: lit16; swap; over; minus; deref; swap; drop */
	.cfi_escape 0x16, 3, 7, 0x40, 0x16, 0x14, 0x1c, 0x06, 0x16, 0x13
	movq (%rsp), %rdi
	call *%rdi
	addq $16, %rsp
	.cfi_def_cfa_offset 16
	popq %rbx
	.cfi_restore %rbx
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size asm_expr_regs, . - asm_expr_regs

	.globl asm_bp_lost
	.type asm_bp_lost, @function
asm_bp_lost:
	.cfi_startproc
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq $0x1234567, %rbp
	call *%rdi
	popq %rbp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size asm_bp_lost, . - asm_bp_lost

	.globl asm_rip_in_reg
	.type asm_rip_in_reg, @function
asm_rip_in_reg:
	.cfi_startproc
	popq %rdx
	.cfi_def_cfa_offset 0
	.cfi_register %rip, %rdx
	ud2
	pushq %rdx
	.cfi_def_cfa_offset 8
	.cfi_offset %rip, -8
	xorl %eax, %eax
	ret
	.cfi_endproc
	.size asm_rip_in_reg, . - asm_rip_in_reg

	.globl asm_trap_flag
	.type asm_trap_flag, @function
asm_trap_flag:
	.cfi_startproc
	pushfq
	.cfi_def_cfa_offset 16
	andq $~0x100, (%rsp)
	shlq $8, %rdi
	orq %rdi, (%rsp)
	popfq
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size asm_trap_flag, . - asm_trap_flag

	.section .note.GNU-stack, "", @progbits
