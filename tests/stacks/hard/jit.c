/* Code made at run time, without unwind information. The stack below it cannot be known: it ends
 * there as uncertain, or goes on by a guess that says so. libgcc ends there, so ours may be longer.
 */
// allowed: unconfirmed_stacks uncertain_stacks
#include "tests/stacks/hard/hard.h"

#include <string.h>
#include <sys/mman.h>

void *volatile kept;
static volatile size_t size;

// stack 77001: leaf ...
// stack 77002: leaf ...
// stack 77003: leaf ...
static FRAME void leaf(void)
{
	ALLOCATE(size);
}

/* push rbp; mov rbp, rsp; call rdi; pop rbp; ret */
static const unsigned char with_pointer[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
/* nop; sub rsp, 8; call rdi; add rsp, 8; ret */
static const unsigned char without_pointer[] = {
	0x90, 0x48, 0x83, 0xec, 0x08, 0xff, 0xd7, 0x48, 0x83, 0xc4, 0x08, 0xc3};
/* push rbp; mov rbp, -1; call rdi; pop rbp; ret */
static const unsigned char with_garbage[] = {
	0x55, 0x48, 0xc7, 0xc5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xd7, 0x5d, 0xc3};

static FRAME void run(const unsigned char *code, size_t len)
{
	void *p = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		exit(77);
	memcpy(p, code, len);
	((void (*)(void (*)(void)))p)(leaf);
	munmap(p, 4096);
}

int main(void)
{
	size = 77001;
	run(with_pointer, sizeof(with_pointer));
	size = 77002;
	run(without_pointer, sizeof(without_pointer));
	size = 77003;
	run(with_garbage, sizeof(with_garbage));
	NOT_LAST();
	return 0;
}
