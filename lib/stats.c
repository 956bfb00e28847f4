/* What threads count of themselves, for programs that look at it (leaktrace_stats). */
#include <string.h>
#include "include/leaktrace.h"
#include "lib/record.h"
#include "lib/told.h"

void lt_stats(struct leaktrace_counts *s)
{
	bool recorded = lt_teller() != NULL && lt_mode == LT_MODE_ON;
	const struct lt_thread *t = lt_self;
	struct lt_counts all = lt_thread_sum();
	struct leaktrace_counts now = {.size = sizeof(now),
		.recorded = recorded,
		.process_allocations = all.allocations,
		.process_frees = all.frees,
		.process_bytes = all.bytes,
		.process_blocks = (int64_t)(all.allocations - all.frees)};
	if (t) {
		now.allocations = t->counts.allocations - t->before.allocations;
		now.frees = t->counts.frees - t->before.frees;
		now.bytes = t->counts.bytes - t->before.bytes;
	}
	/* As much as the program's struct has room for. */
	size_t len = s->size < sizeof(now) ? s->size : sizeof(now);
	if (len > sizeof(s->size))
		memcpy((char *)s + sizeof(s->size), (char *)&now + sizeof(s->size),
			len - sizeof(s->size));
}
