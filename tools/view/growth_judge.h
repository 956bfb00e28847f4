/* One site's history, judged over time and over the program's allocations. Pure. */
#ifndef LR_GROWTH_JUDGE_H
#define LR_GROWTH_JUDGE_H

#include "tools/model/history.h"
#include "tools/view/trend.h"

struct lr_growth {
	enum lr_trend_kind kind;
	bool timed;             /* the run was long enough for the clock to tell */
	struct lr_trend time;   /* where timed: per microsecond */
	struct lr_trend events; /* per allocation of the program */
	double confidence;      /* of the verdict that it grows */
	double grown;           /* bytes */
	double from_time;       /* microseconds: where the settled part begins */
	double per_second, per_event;
};

/* How many of the history's intervals are to be judged, where the program has ended by itself: all,
 * or those before it took itself down: let go of almost everything at its very end, allocating
 * nothing any more. Not in so short a run that this cannot be told from its only work. */
size_t lr_growth_end(const struct lr_history *h, const struct lr_dense *whole);

/* used: as from lr_growth_end. */
void lr_growth_judge(const struct lr_history *h, const struct lr_dense *site, size_t used,
	const struct lr_trend_settings *s, struct lr_growth *out);

#endif
