/* The form of a cache file: the answers for the addresses of one module, and the files that they
 * were taken from. Pure: bytes in memory.
 *
 * An answer is only as good as the files it came from, so a file of answers says which they were,
 * and is used when the search for them has found the very same again. */
#ifndef LR_CACHE_H
#define LR_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/symbols/debugfile.h"

/* Where an object's names come from. */
struct lr_origin {
	struct lr_file_id main, debug, alt;
	struct lr_build_id alt_id; /* of the file that the DWARF refers to */
	bool own_dwarf;            /* the module has DWARF itself: no debug file is looked for */
};

bool lr_origin_equal(const struct lr_origin *, const struct lr_origin *);

struct lr_cached_frame {
	uint32_t function, symbol, file, dir; /* index of the string plus 1; 0 none */
	unsigned line;
	bool inlined, nearest;
};

/* Reading. The bytes stay the caller's and must outlive it. */
struct lr_cache_reader {
	struct lr_origin from;
	const char *strings; /* string_count of them, one behind the other with their terminators */
	uint32_t string_count;
	uint64_t answers; /* that are still to come */
	uint64_t addr;
	const uint8_t *at, *end;
};

/* False when the bytes are not, from beginning to end, what a writer of this version wrote for that
 * build-id. */
bool lr_cache_read(
	struct lr_cache_reader *, const uint8_t *bytes, size_t size, const struct lr_build_id *);
/* The next answer: an address and how many frames, at most max, innermost first. False at the end.
 */
bool lr_cache_next(
	struct lr_cache_reader *, uint64_t *addr, struct lr_cached_frame *, size_t max, size_t *n);

/* Writing. Zeroed at first. */
struct lr_bytes {
	uint8_t *data;
	size_t used, room;
	bool failed; /* no memory, or more than a cache file may have */
};
struct lr_cache_writer {
	struct lr_bytes strings, answers;
	uint32_t string_count;
	uint64_t answer_count, addr;
	struct lr_written {
		const char *text;
		uint32_t index;
	} * slots; /* by the strings' addresses; open addressing, a power of two */
	size_t slot_count;
};

/* The string's index plus 1, 0 for NULL. Strings that are equal have one address. */
uint32_t lr_cache_string(struct lr_cache_writer *, const char *);
void lr_cache_answer(
	struct lr_cache_writer *, uint64_t addr, const struct lr_cached_frame *, size_t n);
/* The whole file, to be freed; NULL when it cannot be had. */
uint8_t *lr_cache_finish(struct lr_cache_writer *, const struct lr_build_id *,
	const struct lr_origin *, size_t *size);
void lr_cache_writer_free(struct lr_cache_writer *);

#endif
