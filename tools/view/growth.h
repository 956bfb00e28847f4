/* Which sites grow: their histories, grouped, judged, sorted and cut to length. */
#ifndef LR_VIEW_GROWTH_H
#define LR_VIEW_GROWTH_H

#include "tools/view/growth_judge.h"
#include "tools/view/query.h"
#include "tools/view/table.h"
#include "tools/view/thresholds.h"

enum { LR_GROWTH_SHAPE = 24 };

/* A site, or a group of them, in one dump. */
struct lr_growth_row {
	const char *name; /* of the group; for a site that of its innermost function */
	struct lr_growth growth;
	uint64_t live_bytes, live_blocks; /* in the end of what was judged */
	uint64_t most_bytes;
	uint64_t sites;                 /* put together here */
	uint32_t dump;                  /* index in the model's */
	uint32_t frame;                 /* a site's innermost frame, else 0 */
	uint8_t shape[LR_GROWTH_SHAPE]; /* bytes along the run, 0 to 8 */
	struct lr_dense *values;        /* at the dump's moments */
	struct lr_line *stack;
	size_t stack_used, stack_cut;
	/* private */
	char *label;
	size_t first;
};

struct lr_growth_view {
	enum lr_group group;
	struct lr_trend_settings settings;
	const struct lr_model *model;
	struct lr_growth_row *whole; /* for each dump, all its sites together */
	size_t *judged;              /* for each dump: moments that were judged, the first ones */
	size_t dumps;
	struct lr_growth_row *rows;
	size_t used;
	size_t all_rows; /* before the limit */
	size_t of_kind[LR_TREND_COUNT];
};

struct lr_trend_settings lr_growth_settings(const struct lr_thresholds *t);
/* The query's sort does not count: what grows comes first. The model and the names must outlive
 * it. */
struct lr_growth_view *lr_growth_make(const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q, const struct lr_trend_settings *s);
void lr_growth_free(struct lr_growth_view *v);

#endif
