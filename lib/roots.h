/* Where chains of pointers begin: every writable byte that is not known to be the allocator's, the
 * tracer's, or dead (below a stack pointer). Found in the text of /proc/self/maps. No system calls
 * but what the caller makes, no malloc: the arrays are the caller's. */
#ifndef LT_ROOTS_H
#define LT_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/scan.h"

enum lt_mapping_flag {
	LT_MAPPING_READ = 1,
	LT_MAPPING_WRITE = 2,
	LT_MAPPING_EXEC = 4,
	LT_MAPPING_FILE = 8,
	LT_MAPPING_DATA = 16,   /* of a loaded object, or the zeroed rest of one */
	LT_MAPPING_STACK = 32,  /* the main thread's */
	LT_MAPPING_HEAP = 64,   /* brk */
	LT_MAPPING_OTHER = 128, /* vdso and the like; the dump */
	LT_MAPPING_SMALL = 256, /* small live blocks lie in it */
	LT_MAPPING_LARGE = 512, /* large ones do */
	LT_MAPPING_ARENA = 1024 /* glibc's, of a thread */
};

struct lt_mapping {
	uintptr_t start, end;
	uint32_t flags;
	uint32_t used; /* SMALL: a bit for each 2 MiB of 64 in which such blocks lie */
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
/* Finds glibc's arenas among the mappings, by what stands at their beginning. Reads the memory. */
void lt_mappings_find_arenas(struct lt_mapping *m, uint32_t n);
/* Marks the mappings (in order) in which live blocks lie. */
void lt_mappings_mark(
	struct lt_mapping *m, uint32_t n, const struct lt_scan_block *blocks, uint32_t n_blocks);

/* A growing list of roots, in the caller's array. */
struct lt_roots {
	struct lt_scan_root *root;
	uint32_t n, room;
	bool full; /* there was no room for all */
};

/* Adds what is not allocator's of the mappings. Arenas that hold blocks are, as a whole; elsewhere
 * each 2 MiB in which small blocks lie (other allocators ask for no less); of large blocks their
 * pages. */
void lt_roots_add(struct lt_roots *r, const struct lt_mapping *m, uint32_t n,
	const struct lt_scan_block *blocks, uint32_t n_blocks);
/* Takes a range out. */
void lt_roots_subtract(struct lt_roots *r, uintptr_t start, uintptr_t end);

/* glibc's main arena, within the data of a loaded object: its lists of free memory point into the
 * ends of blocks that live. heap: what brk gave. An empty range when it is not there. */
struct lt_scan_range lt_roots_arena(uintptr_t start, uintptr_t end, struct lt_scan_range heap);

#endif
