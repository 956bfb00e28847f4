/* Built twice, with frames of different sizes: the same addresses, but other rules. */
	.text
	.globl plugin_call
	.type plugin_call, @function
plugin_call:
	.cfi_startproc
	subq $PLUGIN_FRAME, %rsp
	.cfi_def_cfa_offset PLUGIN_FRAME + 8
	call *%rdi
	addq $PLUGIN_FRAME, %rsp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size plugin_call, . - plugin_call
	.section .note.GNU-stack, "", @progbits
