/* A thread waits in read, which it has called without the C library: its block's address stands in
 * rbx alone.
 * truth: reachable 1 block 100 bytes */
#include "../verdicts.h"

void *holds(void *fd); /* the pipe to read from */
__asm__(".text\n"
	"holds:\n"
	"	.cfi_startproc\n"
	"	push %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	push %r12\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	push %r13\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	mov %rdi, %r12\n"
	"	mov $100, %edi\n"
	"	call malloc@PLT\n"
	"	xor $-1, %rax\n"
	"	mov %rax, %r13\n"
	"	call ready_plain@PLT\n"
	"	mov %r13, %rbx\n"
	"	xor $-1, %rbx\n"
	"	xor %r13d, %r13d\n"
	"1:	xor %eax, %eax\n" /* read(fd, stack, 1) */
	"	mov %r12d, %edi\n"
	"	lea -64(%rsp), %rsi\n"
	"	mov $1, %edx\n"
	"	syscall\n"
	"	jmp 1b\n"
	"	.cfi_endproc\n");

void ready_plain(void)
{
	ready();
}

int main(void)
{
	int quiet[2];
	if (pipe(quiet))
		abort();
	start(holds, (void *)(long)quiet[0]);
	return 0;
}
