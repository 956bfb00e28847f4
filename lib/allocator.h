/* What belongs to the program's allocator where that is not the C library's: its object, and the
 * memory that it has mapped for itself. There the scan finds no roots: it is full of pointers to
 * blocks, live and freed ones. (glibc calls no hook of ours; what its malloc has is told by form,
 * roots.h.) Lock-free, no system calls. */
#ifndef LT_ALLOCATOR_H
#define LT_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/own.h"

/* The object of the malloc behind our hook; size 0: the C library's. */
struct lt_allocator {
	uintptr_t low, size;
	bool only;  /* nothing but an allocator: its data is no root either */
	bool glibc; /* the C library's malloc it is */
};
extern LT_OWN struct lt_allocator lt_allocator;

/* Once the originals are known. Calls into the loader. */
void lt_allocator_find(void);

/* Whether the call with this return address was made by it. */
static inline bool lt_allocator_called(const void *caller)
{
	return (uintptr_t)caller - lt_allocator.low < lt_allocator.size;
}

/* Somebody has mapped or is about to unmap memory; caller: the return address of that call. */
void lt_allocator_mapped(const void *caller, const void *start, size_t len);
void lt_allocator_unmapped(const void *start, size_t len);
/* The program has moved the end of brk's memory by its own call. */
void lt_allocator_broke(const void *caller, uintptr_t before, uintptr_t after);

/* The i-th range that it has mapped (in no order, maybe empty); false: there are no more. */
bool lt_allocator_range(unsigned i, uintptr_t range[2]);
/* The same of brk's memory that the program has taken for itself. */
bool lt_allocator_not_of_brk(unsigned i, uintptr_t range[2]);

#endif
