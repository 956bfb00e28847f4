/* The program's own mappings: what it has mapped through our hooks and not unmapped, allocators'
 * aside (allocator.h). A scan asks whether anything points to them. Lock-free, no system calls,
 * safe in a signal handler. */
#ifndef LT_MAPPED_H
#define LT_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LT_MAPPED_MAX = 4096 }; /* beyond, they count as of unknown origin */

struct lt_mapped {
	uintptr_t start, end;
	/* Those of one group are held together: parts of what was one mapping, and what the program
	 * has placed within another mapping of its own, or right behind one. */
	uint32_t group;
	bool inherited; /* by a fork */
};

/* Mapped now. placed: at an address that the program has asked for. What was recorded there is
 * replaced. */
void lt_mapped_add(uintptr_t start, uintptr_t end, bool placed);
/* About to be unmapped. Returns the group of what was there, 0: nothing. */
uint32_t lt_mapped_remove(uintptr_t start, uintptr_t end);
/* Mapped now, of that group: what was moved, or not unmapped after all. Group 0: nothing is done.
 */
void lt_mapped_restore(uintptr_t start, uintptr_t end, uint32_t group);
/* Where the mapping ends that begins there; 0: none does. */
uintptr_t lt_mapped_end(uintptr_t start);

/* Whether there is any that is not inherited. */
bool lt_mapped_any(void);
/* The i-th (in no order, maybe empty); false: there are no more. */
bool lt_mapped_get(unsigned i, struct lt_mapped *m);
/* In a forked child, when its dump begins. */
void lt_mapped_inherit(void);

#endif
