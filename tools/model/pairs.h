/* The words and ways of pairs (format/pairs.def), which are kinds of resources. */
#ifndef LR_PAIRS_H
#define LR_PAIRS_H

#include "format/pairs.h"
#include "tools/model/resources.h"

struct lr_pair {
	struct lr_resource_words words; /* one NULL: there is no pair of that number */
	const char *maker, *releaser;   /* functions, to name to people */
	enum ltf_pair_way way;
};

/* Of a kind of resources; NULL where it is no pair, or one that this version does not know. */
const struct lr_pair *lr_pair_of(unsigned kind);

/* Where a handle is handed out a second time, the reader tells the second from the first. */
enum { LR_PAIR_HANDLE_BITS = 47 };
static inline uint64_t lr_pair_handle(const struct lr_open_resource *o)
{
	return o->handle & ((UINT64_C(1) << LR_PAIR_HANDLE_BITS) - 1);
}

#endif
