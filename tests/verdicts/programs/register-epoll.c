/* A thread waits in epoll_wait and holds its block in a callee-saved register over the call.
 * truth: reachable 1 block 100 bytes */
#include "../verdicts.h"

#include <sys/epoll.h>

void *holds(void *unused);
__asm__(".text\n"
	"holds:\n"
	"	.cfi_startproc\n"
	"	push %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	push %r12\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	push %r13\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	mov $100, %edi\n"
	"	call malloc@PLT\n"
	"	xor $-1, %rax\n"
	"	mov %rax, %r12\n"
	"	call ready_plain@PLT\n"
	"	mov %r12, %rbx\n"
	"	xor $-1, %rbx\n"
	"	call wait_for_ever@PLT\n"
	"	mov %rbx, %rdi\n"
	"	call free@PLT\n"
	"	.cfi_endproc\n");

void ready_plain(void)
{
	ready();
}

void wait_for_ever(void)
{
	struct epoll_event event;
	int fd = epoll_create1(0);
	for (;;)
		epoll_wait(fd, &event, 1, -1);
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
