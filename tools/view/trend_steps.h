/* Growth of blocks instead of growth in blocks: what is enlarged again and again, each time by some
 * factor, makes few and ever rarer steps, which no test on windows can tell from a start-up. */
#ifndef LR_TREND_STEPS_H
#define LR_TREND_STEPS_H

#include "tools/view/trend.h"

/* True when a few blocks grew in steps at regular distances (of x, or of its logarithm as when a
 * full array doubles), with no step overdue in the end; then *out says by how much. */
bool lr_trend_steps(
	const struct lr_trend_values *v, const struct lr_trend_settings *s, struct lr_trend *out);

#endif
