/* Runs become counts: events in order, releases paired with allocations. */
#ifndef LR_REPLAY_H
#define LR_REPLAY_H

#include "tools/model/tally.h"
#include "tools/source.h"

struct lr_replay;

/* Counts into *tally, which must outlive the replay. origin: the header's (enum ltf_origin). */
struct lr_replay *lr_replay_new(struct lr_tally *tally, uint32_t origin);
void lr_replay_free(struct lr_replay *r);
/* Takes all events of a run. */
void lr_replay_run(struct lr_replay *r, struct lr_run *run);
/* After the last run: applies what waited; reallocs still going on leave their blocks live. */
void lr_replay_finish(struct lr_replay *r);

/* The same source from its begin once more: follows the addresses that the first replay suspects,
 * and adds to its tally what was wrong about their releases. */
void lr_replay_again(struct lr_source *s, struct lr_tally *first);

/* A whole source, calling progress (may be NULL) now and then. */
void lr_replay_source(struct lr_source *s, struct lr_tally *tally,
	void (*progress)(void *ctx, const struct lr_source *s), void *ctx);

#endif
