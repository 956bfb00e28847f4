/* Made-up histories of one site among others: kinds that grow without end, and kinds that look as
 * if. All that is chosen comes from the seed. */
#ifndef GROWTH_KINDS_H
#define GROWTH_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/model/tally.h"

struct growth_sim;

struct growth_kind {
	const char *name;
	bool grows;
	void (*play)(struct growth_sim *sim);
};

extern const struct growth_kind growth_kinds[];
extern const size_t growth_kinds_count;

enum { GROWTH_SITE = 1, GROWTH_OTHER = 2 };

/* Plays one history of the kind into a tally, finished. fast: the whole run takes some
 * milliseconds, so that only events can tell. */
struct lr_tally *growth_play(const struct growth_kind *kind, uint64_t seed, bool fast);

#endif
