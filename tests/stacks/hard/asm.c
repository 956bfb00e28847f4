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
void pushes_between(callee *fn);
void leaves_early(callee *fn, int early);
void rbp_is_data(callee *fn, unsigned long data);
void rbp_saved_late(callee *fn, unsigned long data);
void rbp_in_r12(callee *fn, unsigned long data);
void rbp_kept_low(callee *fn, unsigned long data);
void jumps_on(callee *fn);
void is_outermost(callee *fn);
void from_high(callee *fn);
void from_low(callee *fn);

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
	".size moves_the_stack, .-moves_the_stack\n"
	/* Three calls, each with another distance to the CFA. */
	".type pushes_between, @function\n"
	"pushes_between:\n"
	"	.cfi_startproc\n"
	"	pushq %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %rbx, 0\n"
	"	movq %rdi, %rbx\n"
	"	call *%rbx\n"
	"	pushq %r12\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %r12, 0\n"
	"	pushq $77\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	call *%rbx\n"
	"	popq %rax\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %r12\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %r12\n"
	"	call *%rbx\n"
	"	popq %rbx\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %rbx\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size pushes_between, .-pushes_between\n"
	/* Two ways out; behind the first the frame is whole again. */
	".type leaves_early, @function\n"
	"leaves_early:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbp, -16\n"
	"	movq %rsp, %rbp\n"
	"	.cfi_def_cfa_register %rbp\n"
	"	testl %esi, %esi\n"
	"	jz 1f\n"
	"	.cfi_remember_state\n"
	"	popq %rbp\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	.cfi_restore %rbp\n"
	"	subq $8, %rsp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	call *%rdi\n"
	"	addq $8, %rsp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"1:	.cfi_restore_state\n"
	"	subq $32, %rsp\n"
	"	call *%rdi\n"
	"	leave\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size leaves_early, .-leaves_early\n"
	/* rbp is a register like others; what is in it may look like a frame. */
	".type rbp_is_data, @function\n"
	"rbp_is_data:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbp, -16\n"
	"	movq %rsi, %rbp\n"
	"	call *%rdi\n"
	"	popq %rbp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	.cfi_restore %rbp\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size rbp_is_data, .-rbp_is_data\n"
	/* As compilers do that wrap only a part of a function: not yet saved at the first call. */
	".type rbp_saved_late, @function\n"
	"rbp_saved_late:\n"
	"	.cfi_startproc\n"
	"	pushq %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbx, -16\n"
	"	pushq %rsi\n"
	"	.cfi_def_cfa_offset 24\n"
	"	subq $8, %rsp\n"
	"	.cfi_def_cfa_offset 32\n"
	"	movq %rdi, %rbx\n"
	"	call *%rbx\n"
	"	movq %rbp, (%rsp)\n"
	"	.cfi_offset %rbp, -32\n"
	"	movq 8(%rsp), %rbp\n"
	"	call *%rbx\n"
	"	movq (%rsp), %rbp\n"
	"	.cfi_restore %rbp\n"
	"	addq $16, %rsp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	popq %rbx\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size rbp_saved_late, .-rbp_saved_late\n"
	/* rbp is kept in another register. */
	".type rbp_in_r12, @function\n"
	"rbp_in_r12:\n"
	"	.cfi_startproc\n"
	"	pushq %r12\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %r12, -16\n"
	"	movq %rbp, %r12\n"
	"	.cfi_register %rbp, %r12\n"
	"	movq %rsi, %rbp\n"
	"	call *%rdi\n"
	"	movq %r12, %rbp\n"
	"	.cfi_same_value %rbp\n"
	"	popq %r12\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size rbp_in_r12, .-rbp_in_r12\n"
	/* rbp lies far below the CFA, where a call before this one may have left another. */
	".type rbp_kept_low, @function\n"
	"rbp_kept_low:\n"
	"	.cfi_startproc\n"
	"	subq $104, %rsp\n"
	"	.cfi_def_cfa_offset 112\n"
	"	movq %rbp, (%rsp)\n"
	"	.cfi_offset %rbp, -112\n"
	"	movq %rsi, %rbp\n"
	"	call *%rdi\n"
	"	movq (%rsp), %rbp\n"
	"	addq $104, %rsp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	.cfi_restore %rbp\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size rbp_kept_low, .-rbp_kept_low\n"
	/* Not on the stack when its callee runs. */
	".type jumps_on, @function\n"
	"jumps_on:\n"
	"	.cfi_startproc\n"
	"	pushq %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbx, -16\n"
	"	popq %rbx\n"
	"	.cfi_def_cfa_offset 8\n"
	"	.cfi_restore %rbx\n"
	"	jmp *%rdi\n"
	"	.cfi_endproc\n"
	".size jumps_on, .-jumps_on\n"
	/* Says that there is no caller. */
	".type is_outermost, @function\n"
	"is_outermost:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined %rip\n"
	"	subq $8, %rsp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	call *%rdi\n"
	"	addq $8, %rsp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size is_outermost, .-is_outermost\n"
	/* A frame found by rbp, which stands higher or lower while its callee stands at one
	 * address: what the lower one does not write over is the higher one's return address. */
	".type has_room, @function\n"
	"has_room:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbp, -16\n"
	"	movq %rsp, %rbp\n"
	"	.cfi_def_cfa_register %rbp\n"
	"	subq %rsi, %rsp\n"
	"	call *%rdi\n"
	"	leave\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size has_room, .-has_room\n"
	".type from_high, @function\n"
	"from_high:\n"
	"	.cfi_startproc\n"
	"	subq $8, %rsp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	movl $48, %esi\n"
	"	call has_room\n"
	"	addq $8, %rsp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size from_high, .-from_high\n"
	".type from_low, @function\n"
	"from_low:\n"
	"	.cfi_startproc\n"
	"	subq $24, %rsp\n"
	"	.cfi_def_cfa_offset 32\n"
	"	movl $32, %esi\n"
	"	call has_room\n"
	"	addq $24, %rsp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size from_low, .-from_low\n");

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

/* Each allocation has the next size. */
// stack 76010: counted pushes_between main
// stack 76011: counted pushes_between main
// stack 76012: counted pushes_between main
// stack 76013: counted leaves_early main
// stack 76014: counted leaves_early main
// stack 76015: counted main
// stack 76016: counted is_outermost |
// stack 76017: counted rbp_is_data data_again cfa_from_r12 within_r12 cfa_from_r12 main
static FRAME void counted(void)
{
	ALLOCATE(size++);
}
static FRAME void data_again(void)
{
	rbp_is_data(counted, size);
	NOT_LAST();
}
static FRAME void within_r12(void)
{
	cfa_from_r12(data_again);
	NOT_LAST();
}

/* The callee of an aligned frame stands at one address, whatever its caller's is: only the register
 * that the frame is found by tells the two apart. */
// stack 76020: leaf cfa_from_rbx from_near main
// stack 76021: leaf cfa_from_rbx from_far main
// stack 76022: leaf cfa_from_r12 from_near main
// stack 76023: leaf cfa_from_r12 from_far main
static FRAME void from_near(void (*frame)(callee *))
{
	frame(leaf);
	NOT_LAST();
}
static FRAME void from_far(void (*frame)(callee *))
{
	volatile char room[24];
	room[0] = 1;
	frame(leaf);
	room[1] = room[0];
}

/* rbp holds this and that: numbers, addresses of this stack, what frames had there before. */
// stack 76030: leaf rbp_is_data plays_with_rbp main
// stack 76031: leaf rbp_saved_late plays_with_rbp main
// stack 76032: leaf rbp_in_r12 plays_with_rbp main
// stack 76033: leaf rbp_kept_low plays_with_rbp main
static FRAME void plays_with_rbp(void (*frame)(callee *, unsigned long))
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);
	for (unsigned long i = 0; i < 40; i++) {
		unsigned long data[] = {i, here, here - 8 * i, here + 8 * i, ~i, 0};
		frame(leaf, data[i % 6]);
	}
	NOT_LAST();
}

// stack 76040: leaf has_room from_high high_and_low main
// stack 76041: leaf has_room from_low high_and_low main
// stack 76042: leaf rbp_is_data rbp_is_data_0 has_room from_high high_and_low main
// stack 76043: leaf rbp_is_data rbp_is_data_0 has_room from_low high_and_low main
static FRAME void rbp_is_data_0(void)
{
	rbp_is_data(leaf, 0);
	NOT_LAST();
}
static FRAME void high_and_low(size_t first, callee *fn)
{
	for (int i = 0; i < 20; i++) {
		size = first + (i % 3 == 1);
		(i % 3 == 1 ? from_low : from_high)(fn);
		NOT_LAST();
	}
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
	for (int i = 0; i < 3; i++) {
		size = 76010;
		pushes_between(counted);
		leaves_early(counted, 0);
		leaves_early(counted, 1);
		jumps_on(counted);
		is_outermost(counted);
		cfa_from_r12(within_r12);
	}
	for (int i = 0; i < 10; i++) {
		size = 76020;
		from_near(cfa_from_rbx);
		size = 76021;
		from_far(cfa_from_rbx);
		size = 76022;
		from_near(cfa_from_r12);
		size = 76023;
		from_far(cfa_from_r12);
	}
	size = 76030;
	plays_with_rbp(rbp_is_data);
	size = 76031;
	plays_with_rbp(rbp_saved_late);
	size = 76032;
	plays_with_rbp(rbp_in_r12);
	size = 76033;
	plays_with_rbp(rbp_kept_low);
	high_and_low(76040, leaf);
	high_and_low(76042, rbp_is_data_0);
	NOT_LAST();
	return 0;
}
