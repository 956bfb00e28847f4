/* A thread counts without end; its blocks' addresses stand in rax and r15 alone.
 * truth: reachable 2 blocks 201 bytes */
#include "../verdicts.h"

void *holds(void *unused);
__asm__(".text\n"
	"holds:\n"
	"	.cfi_startproc\n"
	"	push %r14\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	push %r15\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	push %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	mov $100, %edi\n"
	"	call malloc@PLT\n"
	"	xor $-1, %rax\n"
	"	mov %rax, %r15\n"
	"	mov $101, %edi\n"
	"	call malloc@PLT\n"
	"	xor $-1, %rax\n"
	"	mov %rax, %r14\n"
	"	call ready_plain@PLT\n"
	"	xor $-1, %r15\n"
	"	xor $-1, %r14\n"
	"	mov %r14, %rax\n"
	"	xor %r14d, %r14d\n"
	"1:	pause\n"
	"	inc %rbx\n"
	"	jmp 1b\n"
	"	.cfi_endproc\n");

void ready_plain(void)
{
	ready();
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
