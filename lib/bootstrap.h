/* Blocks for calls that come before the originals are known (dlsym itself may allocate), and for
 * the tracer's own guests (libunwind while it is opened). The pool grows, aligns, and recognises
 * its blocks for ever; they are never handed to the program's allocator, and not reused. */
#ifndef LT_BOOTSTRAP_H
#define LT_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/own.h"

/* size bytes, zeroed, at a multiple of align (a power of two; at least 16 is given). NULL: no
 * memory. */
void *lt_bootstrap_alloc(size_t align, size_t size);

/* Bytes usable at a block of the pool. */
size_t lt_bootstrap_size(const void *p);

/* The pool's regions, lowest to highest address. */
extern LT_OWN uintptr_t lt_bootstrap_low, lt_bootstrap_high;
bool lt_bootstrap_holds(const void *p);

static inline bool lt_bootstrap_owns(const void *p)
{
	uintptr_t a = (uintptr_t)p;
	return __builtin_expect(a - lt_bootstrap_low < lt_bootstrap_high - lt_bootstrap_low, 0) &&
	       lt_bootstrap_holds(p);
}

/* The i-th region of the pool, used up to its end: it holds what the program may. False: no more.
 */
bool lt_bootstrap_region(unsigned i, uintptr_t range[2]);

#endif
