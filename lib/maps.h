/* The mappings of the process, from the text of /proc/self/maps, and whose memory each is. No
 * system calls, no malloc: the arrays are the caller's. */
#ifndef LT_MAPS_H
#define LT_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/scan.h"

enum lt_mapping_flag {
	LT_MAPPING_READ = 1,
	LT_MAPPING_WRITE = 2,
	LT_MAPPING_EXEC = 4,
	LT_MAPPING_FILE = 8,
	LT_MAPPING_DATA = 16,        /* of a loaded object, or the zeroed rest of one */
	LT_MAPPING_STACK = 32,       /* the main thread's */
	LT_MAPPING_HEAP = 64,        /* brk */
	LT_MAPPING_OTHER = 128,      /* vdso and the like; the dump */
	LT_MAPPING_SMALL = 256,      /* small live blocks lie in it */
	LT_MAPPING_LARGE = 512,      /* large ones do */
	LT_MAPPING_ARENA = 1024,     /* glibc's, of a thread */
	LT_MAPPING_ALLOCATOR = 2048, /* an allocator has mapped it for itself (allocator.h) */
	/* Known to be something else than what malloc or the program has mapped. */
	LT_MAPPING_NAMED = LT_MAPPING_FILE | LT_MAPPING_DATA | LT_MAPPING_STACK | LT_MAPPING_HEAP |
			   LT_MAPPING_OTHER
};

struct lt_mapping {
	uintptr_t start, end;
	uint32_t flags;
	uint32_t used;    /* SMALL: a bit for each 2 MiB of 64 in which such blocks lie */
	const char *name; /* in the text, up to the line's end */
};

/* Reads one line of maps. dump: the inode and device of the dump, whose mappings are OTHER. Returns
 * the next line, or NULL when there is no whole line. Lines are to be read in order: before is the
 * mapping of the one before, or NULL. */
struct lt_roots_file {
	uint64_t dev, ino;
};
const char *lt_mapping_read(const char *line, const char *end, const struct lt_mapping *before,
	const struct lt_roots_file *dump, struct lt_mapping *m);

/* The kernel joins mappings that happen to lie side by side: the program's and the allocator's.
 * Where allocators begin at multiples of 64 MiB (glibc's arenas do), they are parted again: the
 * last mapping read, the n-th, becomes as many as needed. Returns how many there are now, at most
 * room. */
uint32_t lt_mapping_split(struct lt_mapping *m, uint32_t n, uint32_t room);
/* Parts the mappings from the first-th on at the edges of what an allocator has mapped (in order,
 * apart from each other), and marks these. Returns how many there are now. */
uint32_t lt_mapping_part(struct lt_mapping *m, uint32_t first, uint32_t n, uint32_t room,
	const struct lt_scan_range *theirs, uint32_t n_theirs);
/* Finds glibc's arenas among the mappings, by what stands at their beginning. Reads the memory. */
void lt_mappings_find_arenas(struct lt_mapping *m, uint32_t n);
/* Marks the mappings (in order) in which live blocks lie that have no mapping of their own. glibc:
 * they are the C library's. Reads the memory. */
void lt_mappings_mark(struct lt_mapping *m, uint32_t n, const struct lt_scan_block *blocks,
	uint32_t n_blocks, bool glibc);

/* The mapping that holds the address, or n. */
uint32_t lt_mapping_find(const struct lt_mapping *m, uint32_t n, uintptr_t addr);
/* What glibc has mapped for this block alone; false: nothing. It need not be a whole mapping: the
 * kernel joins them. Reads the memory. */
bool lt_mapping_of_block(
	const struct lt_mapping *m, const struct lt_scan_block *b, struct lt_scan_range *own);

/* The place of an address in `used`. */
enum { LT_MAPPING_GRANULE = 2 << 20 };
static inline uint32_t lt_mapping_granule(uintptr_t addr)
{
	return 1u << (addr / LT_MAPPING_GRANULE % 32);
}

#endif
