#include "tools/model/counts.h"

void lr_counts_add(struct lr_counts *to, const struct lr_counts *from)
{
	to->allocations += from->allocations;
	to->frees += from->frees;
	to->allocated_bytes += from->allocated_bytes;
	to->live_blocks += from->live_blocks;
	to->live_bytes += from->live_bytes;
	to->peak_blocks += from->peak_blocks;
	to->peak_bytes += from->peak_bytes;
	to->temporary += from->temporary;
}

void lr_churn_add(struct lr_churn *to, const struct lr_churn *from)
{
	to->enlarged += from->enlarged;
	to->enlarged_bytes += from->enlarged_bytes;
	to->old_bytes += from->old_bytes;
	to->copied_bytes += from->copied_bytes;
	to->appended += from->appended;
	to->appended_bytes += from->appended_bytes;
	to->replaced += from->replaced;
	to->replaced_bytes += from->replaced_bytes;
	to->mapped_bytes += from->mapped_bytes;
	if (to->appended_most < from->appended_most)
		to->appended_most = from->appended_most;
}
