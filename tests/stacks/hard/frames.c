/* Frames of every shape that compilers make. */
#include "tests/stacks/hard/hard.h"

#include <alloca.h>
#include <search.h>
#include <setjmp.h>
#include <string.h>

void *volatile kept;
static volatile int zero;

// stack 70001: plain plain plain plain main
static FRAME int plain(int depth)
{
	int r = 0;
	if (depth)
		r = plain(depth - 1);
	else
		ALLOCATE(70001);
	NOT_LAST();
	return r + 1;
}

/* Many live values: all callee-saved registers are in use across the call. */
// stack 70002: busy main
static FRAME long busy(long a, long b, long c, long d, long e, long f)
{
	long x = a * b, y = c * d, z = e * f;
	ALLOCATE(70002);
	return x * y + z + a + b + c + d + e + f;
}

// stack 70003: with_alloca main
static FRAME int with_alloca(size_t n)
{
	volatile char *p = alloca(n);
	p[0] = 1;
	ALLOCATE(70003);
	return p[0];
}

// stack 70004: inner with_array main
static FRAME void inner(size_t size)
{
	ALLOCATE(size);
}
static FRAME int with_array(int n)
{
	volatile char array[n];
	array[n - 1] = 1;
	inner(70004);
	return array[n - 1];
}

/* The stack is realigned: the frame is found through a saved pointer to its arguments. */
// stack 70005: inner aligned main
static FRAME int aligned(int n)
{
	_Alignas(64) volatile char buf[128];
	buf[n] = 1;
	inner(70005);
	return buf[n];
}

// stack 70006: inner aligned_array main
static FRAME int aligned_array(int n, int a, int b, int c, int d, int e, int f, int g)
{
	_Alignas(64) volatile char buf[128];
	volatile char array[n + 10];
	buf[n] = array[n] = 1;
	inner(70006);
	return buf[n] + array[n] + a + b + c + d + e + f + g;
}

typedef double quad __attribute__((vector_size(32)));
// stack 70007: inner vectors main
__attribute__((target("avx"))) static FRAME int vectors(int n)
{
	volatile quad v = {n, n, n, n};
	inner(70007);
	return (int)v[0];
}

/* A callback of libc's, itself realigned. */
// stack 70008: inner compare ... by_qsort main
static FRAME int compare(const void *a, const void *b)
{
	_Alignas(128) volatile char buf[128];
	static int done;
	buf[zero] = 0;
	if (!done++)
		inner(70008);
	return *(const int *)a - *(const int *)b + buf[zero];
}
static FRAME int by_qsort(void)
{
	int numbers[] = {3, 1, 4, 1, 5, 9, 2, 6};
	qsort(numbers, 8, sizeof(int), compare);
	NOT_LAST();
	return numbers[0];
}

// stack 70009: inner visit ... by_twalk main
static FRAME int by_string(const void *a, const void *b)
{
	return strcmp(a, b);
}
static FRAME void visit(const void *node, VISIT which, int depth)
{
	(void)node, (void)which, (void)depth;
	inner(70009);
	NOT_LAST();
}
static FRAME void by_twalk(void)
{
	void *root = NULL;
	tsearch("leaf", &root, by_string);
	twalk(root, visit);
	tdelete("leaf", &root, by_string);
}

/* The call is the last instruction: its return address is in the next function. */
static jmp_buf back;
static FRAME __attribute__((noreturn)) void give_up(void)
{
	ALLOCATE(70010);
	longjmp(back, 1);
}
// stack 70010: give_up gone_for_good ends_in_call main
static FRAME __attribute__((noreturn)) void gone_for_good(int n)
{
	static volatile int seen;
	seen = n;
	give_up();
}
static FRAME int ends_in_call(int n)
{
	if (setjmp(back))
		return n;
	gone_for_good(n);
}

/* Between two allocations the stack is unwound by longjmp. */
static jmp_buf out;
static FRAME void leave(int depth)
{
	volatile char room[200];
	room[0] = (char)depth;
	if (depth == 0) {
		ALLOCATE(70011);
		longjmp(out, 1);
	}
	leave(depth - 1);
	room[1] = room[0];
}
// stack 70011: leave leave leave leave jumps main
// stack 70012: other jumps main
static FRAME void other(void)
{
	ALLOCATE(70012);
}
static FRAME void jumps(void)
{
	if (!setjmp(out))
		leave(3);
	other();
	NOT_LAST();
}

/* Deeper than is recorded. */
// stack 70013: deep deep deep deep deep deep deep deep
static FRAME int deep(int n)
{
	if (n == 0)
		ALLOCATE(70013);
	else
		deep(n - 1);
	NOT_LAST();
	return n;
}

int main(int argc, char **argv)
{
	(void)argv;
	plain(3);
	busy(argc, argc, argc, argc, argc, argc);
	with_alloca(3000 * (size_t)argc);
	with_array(argc * 500);
	aligned(zero);
	aligned_array(argc, 1, 2, 3, 4, 5, 6, 7);
	if (__builtin_cpu_supports("avx"))
		vectors(argc);
	else
		kept = malloc(70007);
	by_qsort();
	by_twalk();
	ends_in_call(argc);
	jumps();
	deep(300);
	free(kept);
	NOT_LAST();
	return 0;
}
