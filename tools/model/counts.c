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
