/* The kernel's timers of the process. */
#include "format/file.h"
#include "lib/tell.h"
#include "lib/timers.h"

void lt_tell_timers(struct lt_channel *c)
{
	struct lt_judge_told told = lt_judge_told();
	struct lt_rows rows;
	if (told.timers_known)
		lt_tell_figure(LTF_SCAN_TIMERS, told.n_timers + UINT64_C(1));
	lt_rows_begin(&rows, c, LTF_REC_TIMERS, LTF_TIMER_COLUMNS);
	for (uint32_t i = 0; i < told.n_timers; i++) {
		const struct lt_timer *t = &told.timers[i];
		lt_rows_add(
			&rows, (const uint64_t[LTF_TIMER_COLUMNS]){[LTF_TIMER_VALUE] = t->value + 1,
				       [LTF_TIMER_ID] = t->id,
				       [LTF_TIMER_CLOCK] = ltf_zigzag((int32_t)t->clock),
				       [LTF_TIMER_NOTIFY] = t->notify,
				       [LTF_TIMER_SIGNAL] = t->sig,
				       [LTF_TIMER_TASK] = t->tid});
	}
	lt_rows_end(&rows);
}
