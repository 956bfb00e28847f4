/* The process ends far from main, while a function holds a block in a callee-saved register over
 * the call.
 * truth: reachable 1 block 100 bytes */
#include "../verdicts.h"

void holds(void);
__asm__(".text\n"
	"holds:\n"
	"	.cfi_startproc\n"
	"	push %r14\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	mov $100, %edi\n"
	"	call malloc@PLT\n"
	"	mov %rax, %r14\n"
	"	call leave@PLT\n"
	"	mov %r14, %rdi\n"
	"	call free@PLT\n"
	"	pop %r14\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	ret\n"
	"	.cfi_endproc\n");

void leave(void)
{
	clear();
	exit(0);
}

int main(void)
{
	holds();
	return 0;
}
