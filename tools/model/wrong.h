/* Releases that are wrong: of what is released already, of what never was a block, by a function
 * that does not belong to the one that handed the block out. Counted by the sites of both. */
#ifndef LR_WRONG_H
#define LR_WRONG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/util/map.h"

enum lr_wrong_kind { LR_WRONG_DOUBLE, LR_WRONG_UNKNOWN, LR_WRONG_MISMATCH, LR_WRONG_KINDS };

/* Where what never was a block lies. */
enum lr_wrong_where { LR_WRONG_ELSEWHERE, LR_WRONG_IN_BLOCK, LR_WRONG_IN_MODULE };

struct lr_wrong {
	uint8_t kind, where;
	uint8_t alloc_api, release_api, first_api; /* enum ltf_api; first: of the first release */
	bool ended;       /* the last that its thread did before the process died */
	uint32_t alloc;   /* site: of the block, or of the block that it lies in; else 0 */
	uint32_t release; /* site; 0 not recorded */
	uint32_t first;   /* DOUBLE: site of the first release; 0 not recorded */
	uint32_t dump;    /* in the model: its index */
	uint64_t count, bytes;
	uint64_t addr, offset, time; /* of one of them; offset: within the block that it lies in */
};

/* All zero is empty. */
struct lr_wrongs {
	struct lr_wrong *list;
	size_t used, room;
	uint64_t left_out; /* kinds and sites beyond the limit */
	struct lr_map of;
};

/* Counts w with those of the same kind, functions and sites. Returns which it is, or NULL. */
struct lr_wrong *lr_wrongs_add(struct lr_wrongs *l, const struct lr_wrong *w);
void lr_wrongs_free(struct lr_wrongs *l);

/* Functions that belong together: an api of an allocation or of a release; REALLOC is C's. */
enum lr_family { LR_FAMILY_C, LR_FAMILY_NEW, LR_FAMILY_NEW_ARRAY };
enum lr_family lr_family_of(unsigned api);

/* Addresses whose history is wanted, and what is known of them so far. */
struct lr_watched {
	enum { LR_NEVER, LR_LIVE, LR_RELEASED } state;
	uint8_t alloc_api, release_api;
	uint32_t alloc, release; /* sites */
	uint64_t size;
};
struct lr_watch {
	struct lr_map of; /* address / 8 */
	struct lr_watched *list;
	size_t used, room;
	uint64_t left_out;
};
void lr_watch_add(struct lr_watch *w, uint64_t addr);
/* NULL: not watched. */
struct lr_watched *lr_watch_find(const struct lr_watch *w, uint64_t addr);
void lr_watch_free(struct lr_watch *w);

#endif
