/* Resources of a site that keep rising to the end of the run: the one judge of descriptors,
 * mappings, pairs. Pure but for lr_rising_make, which reads the model. doc/FINDINGS.md,
 * fd.unclosed, has the rule.
 *
 * Their number is judged like a site's bytes (growth_judge.h), with counts as values; and where
 * none was ever released, less is needed: that they were opened all along the run. */
#ifndef LR_RISING_H
#define LR_RISING_H

#include "tools/model/model.h"
#include "tools/view/growth_judge.h"

struct lr_rising_settings {
	double least;      /* so many are open in the end */
	double confidence; /* 0 to 1 */
};

struct lr_rising {
	bool rising;
	bool all_along;    /* none was ever released, and they were opened all along the run */
	bool timed;        /* there was a clock */
	uint64_t open;     /* in the end, before the program took itself down */
	double since;      /* microseconds: where the settled part begins */
	double grown;      /* from then on */
	double confidence; /* that it rises, 0 to 1 */
	double per_second; /* where timed */
	struct lr_growth growth; /* how it was judged */
};

/* site: how many were open; used: how many of the moments are judged, lr_growth_end(). */
void lr_rising_judge(const struct lr_history *h, const struct lr_dense *site, size_t used,
	bool ever_released, const struct lr_rising_settings *s, struct lr_rising *out);

/* The sites of one kind that rise, in all dumps. */
struct lr_rising_site {
	uint32_t dump, frame;
	uint32_t resource; /* index in model->resources; of a site that is told apart by threads, of
			    * one of them */
	struct lr_rising rising;
};
struct lr_rising_sites {
	struct lr_rising_site *list;
	size_t used, room;
};
void lr_rising_make(const struct lr_model *m, unsigned kind, const struct lr_rising_settings *s,
	struct lr_rising_sites *out);
void lr_rising_free(struct lr_rising_sites *s);

#endif
