/* An allocator without locks, so that signal handlers may allocate: sizes in steps of 32 bytes, a
 * stack of free blocks for each, larger blocks never used again. Preloaded behind the tracer. */
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 32, CLASSES = 256, HEAD = 16, ARENA = 1 << 29 };

static char arena[ARENA] __attribute__((aligned(4096)));
static _Atomic size_t used = STEP;       /* offset 0 is the end of a stack */
static _Atomic uint64_t stacks[CLASSES]; /* count << 32 | offset / 16 of the topmost */

/* Stands before each block. */
struct head {
	uint32_t size, class;
	uint32_t next;  /* while free */
	uint32_t start; /* offset / 16 of the whole block's head, where this is an aligned part of
			   it */
};

static struct head *head_at(uint32_t at)
{
	return (struct head *)(arena + (size_t)at * 16);
}

static uint32_t pop(uint32_t class)
{
	uint64_t old = atomic_load(&stacks[class]), new;
	do {
		if ((uint32_t)old == 0)
			return 0;
		new = ((old >> 32) + 1) << 32 | head_at((uint32_t)old)->next;
	} while (!atomic_compare_exchange_weak(&stacks[class], &old, new));
	return (uint32_t)old;
}

static void push(uint32_t class, uint32_t at)
{
	uint64_t old = atomic_load(&stacks[class]), new;
	do {
		head_at(at)->next = (uint32_t)old;
		new = ((old >> 32) + 1) << 32 | at;
	} while (!atomic_compare_exchange_weak(&stacks[class], &old, new));
}

/* What malloc is; the compiler believes to know what malloc returns. */
static void *take(size_t size)
{
	if (size > ARENA / 4) {
		errno = ENOMEM;
		return NULL;
	}
	size_t whole = (size + HEAD + STEP - 1) / STEP * STEP;
	uint32_t class = whole / STEP < CLASSES ? (uint32_t)(whole / STEP) : 0;
	uint32_t at = class ? pop(class) : 0;
	if (!at) {
		size_t from = atomic_fetch_add(&used, whole);
		if (from + whole > ARENA) {
			errno = ENOMEM;
			return NULL;
		}
		at = (uint32_t)(from / 16);
	}
	struct head *h = head_at(at);
	h->size = (uint32_t)(whole - HEAD);
	h->class = class;
	h->start = at;
	return h + 1;
}

void *malloc(size_t size)
{
	return take(size);
}

void free(void *p)
{
	if (!p)
		return;
	uint32_t at = ((struct head *)p - 1)->start;
	if (head_at(at)->class)
		push(head_at(at)->class, at);
}

void *calloc(size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	void *p = take(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

size_t malloc_usable_size(void *p)
{
	return p ? ((struct head *)p - 1)->size : 0;
}

void *realloc(void *p, size_t size)
{
	void *q = take(size);
	if (q && p) {
		size_t old = malloc_usable_size(p);
		memcpy(q, p, old < size ? old : size);
		free(p);
	}
	return q;
}

void *aligned_alloc(size_t align, size_t size)
{
	char *p = take(size + align + HEAD);
	if (!p)
		return NULL;
	uint32_t start = ((struct head *)p - 1)->start;
	size_t room = malloc_usable_size(p);
	char *q = (char *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
	struct head *h = (struct head *)((uintptr_t)q - sizeof(*h));
	h->size = (uint32_t)(room - (size_t)(q - p));
	h->start = start;
	return q;
}

void *memalign(size_t align, size_t size)
{
	return aligned_alloc(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
	void *p = aligned_alloc(align, size);
	if (!p)
		return ENOMEM;
	*out = p;
	return 0;
}
