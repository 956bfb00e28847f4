/* Frames written by hand, with unwind information that compilers do not write. */
#include "tests/stacks/hard/hard.h"

void *volatile kept;
static volatile size_t size;

typedef void callee(void);
void cfa_from_rbx(callee *fn);
void cfa_from_r12(callee *fn);
void cfa_by_expression(callee *fn);
void cfa_in_memory(callee *fn);
void moves_the_stack(callee *fn, void *top);

__asm__(".text\n"
	/* rbx holds the frame, as in ld.so's resolver. */
	".type cfa_from_rbx, @function\n"
	"cfa_from_rbx:\n"
	"	.cfi_startproc\n"
	"	pushq %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbx, -16\n"
	"	movq %rsp, %rbx\n"
	"	.cfi_def_cfa_register %rbx\n"
	"	andq $-256, %rsp\n"
	"	call *%rdi\n"
	"	movq %rbx, %rsp\n"
	"	.cfi_def_cfa_register %rsp\n"
	"	popq %rbx\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size cfa_from_rbx, .-cfa_from_rbx\n"
	".type cfa_from_r12, @function\n"
	"cfa_from_r12:\n"
	"	.cfi_startproc\n"
	"	pushq %r12\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %r12, -16\n"
	"	leaq 16(%rsp), %r12\n"
	"	.cfi_def_cfa %r12, 0\n"
	"	andq $-64, %rsp\n"
	"	subq $192, %rsp\n"
	"	call *%rdi\n"
	"	leaq -16(%r12), %rsp\n"
	"	.cfi_def_cfa %rsp, 16\n"
	"	popq %r12\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size cfa_from_r12, .-cfa_from_r12\n"
	/* CFA = rsp + 8 * (2 + 1): DW_OP_breg7 0, lit2, lit1, plus, lit8, mul, plus. */
	".type cfa_by_expression, @function\n"
	"cfa_by_expression:\n"
	"	.cfi_startproc\n"
	"	subq $16, %rsp\n"
	"	.cfi_escape 0x0f, 8, 0x77, 0, 0x32, 0x31, 0x22, 0x38, 0x1e, 0x22\n"
	"	subq $8, %rsp\n"
	"	.cfi_escape 0x0f, 8, 0x77, 0, 0x32, 0x32, 0x22, 0x38, 0x1e, 0x22\n"
	"	call *%rdi\n"
	"	addq $24, %rsp\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size cfa_by_expression, .-cfa_by_expression\n"
	/* CFA = [rsp + 16] + 16: DW_OP_breg7 16, deref, plus_uconst 16. */
	".type cfa_in_memory, @function\n"
	"cfa_in_memory:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbp, -16\n"
	"	movq %rsp, %rax\n"
	"	subq $1000, %rsp\n"
	"	.cfi_def_cfa_offset 1016\n"
	"	andq $-64, %rsp\n"
	"	movq %rax, 16(%rsp)\n"
	"	.cfi_escape 0x0f, 5, 0x77, 16, 0x06, 0x23, 16\n"
	"	call *%rdi\n"
	"	movq 16(%rsp), %rsp\n"
	"	.cfi_def_cfa %rsp, 16\n"
	"	popq %rbp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size cfa_in_memory, .-cfa_in_memory\n"
	/* On to another stack and back, as split stacks and green threads do it. */
	".type moves_the_stack, @function\n"
	"moves_the_stack:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbp, -16\n"
	"	movq %rsp, %rbp\n"
	"	.cfi_def_cfa_register %rbp\n"
	"	movq %rsi, %rsp\n"
	"	call *%rdi\n"
	"	leave\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size moves_the_stack, .-moves_the_stack\n");

// stack 76001: leaf cfa_from_rbx main
// stack 76002: leaf cfa_from_r12 main
// stack 76003: leaf cfa_by_expression main
// stack 76004: leaf cfa_in_memory main
// stack 76005: leaf moves_the_stack main
// stack 76006: leaf cfa_from_r12 again cfa_by_expression once cfa_from_rbx main
static FRAME void leaf(void)
{
	ALLOCATE(size);
}
static FRAME void again(void)
{
	cfa_from_r12(leaf);
	NOT_LAST();
}
static FRAME void once(void)
{
	cfa_by_expression(again);
	NOT_LAST();
}

int main(void)
{
	static char other[65536] __attribute__((aligned(64)));

	size = 76001;
	cfa_from_rbx(leaf);
	size = 76002;
	cfa_from_r12(leaf);
	size = 76003;
	cfa_by_expression(leaf);
	size = 76004;
	cfa_in_memory(leaf);
	size = 76005;
	moves_the_stack(leaf, other + sizeof(other));
	size = 76006;
	cfa_from_rbx(once);
	NOT_LAST();
	return 0;
}
