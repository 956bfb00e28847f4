#include "tools/view/churn.h"

#define KIND_NAME(name, kind) kind,
const char *const lr_churn_kinds[LR_CHURN_KINDS] = {LR_CHURNS(KIND_NAME)};

#define AT_LEAST(id, value)       ((value) >= lr_threshold(t, LR_THRESHOLD_##id))
#define SHARE_OF(id, part, whole) lr_threshold_reached(t, LR_THRESHOLD_##id, part, whole)

uint64_t lr_churn_taken(uint64_t size)
{
	uint64_t with_header = (size + 8 + 15) / 16 * 16;
	return with_header < 32 ? 32 : with_header;
}

uint64_t lr_churn_overhead(const struct lr_site *s)
{
	uint64_t n = s->counts.peak_blocks;
	return n ? n * lr_churn_taken(s->counts.peak_bytes / n) - s->counts.peak_bytes : 0;
}

uint64_t lr_churn_objects(const struct lr_site *s)
{
	return s->counts.allocations - s->churn.replaced;
}

uint64_t lr_churn_temporary(const struct lr_site *s)
{
	uint64_t n = s->counts.temporary;
	return n - (s->churn.enlarged < n ? s->churn.enlarged : n);
}

/* One at a time, enlarged by realloc. */
static bool by_steps(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	const struct lr_churn *c = &s->churn;
	return c->enlarged && AT_LEAST(CHURN_REALLOC_COUNT, c->enlarged) &&
	       AT_LEAST(CHURN_REALLOC_BYTES, c->old_bytes) &&
	       SHARE_OF(CHURN_REALLOC_RATIO, c->old_bytes, c->enlarged_bytes) &&
	       (SHARE_OF(CHURN_REALLOC_OF_ALL, c->enlarged, all->allocations) ||
		       SHARE_OF(CHURN_REALLOC_OF_ALL, c->copied_bytes, all->allocated_bytes));
}

/* Many that begin small, and double. */
static bool by_tables(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	const struct lr_churn *c = &s->churn;
	uint64_t objects = lr_churn_objects(s);
	return c->replaced && AT_LEAST(CHURN_REALLOC_COUNT, c->replaced) &&
	       AT_LEAST(CHURN_REALLOC_BYTES, c->replaced_bytes) &&
	       AT_LEAST(CHURN_REALLOC_OBJECTS, objects) &&
	       SHARE_OF(CHURN_REALLOC_STEPS, c->replaced, objects) &&
	       (SHARE_OF(CHURN_REALLOC_OF_ALL, c->replaced, all->allocations) ||
		       SHARE_OF(CHURN_REALLOC_OF_ALL, c->replaced_bytes, all->allocated_bytes));
}

static bool is_quadratic(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	const struct lr_churn *c = &s->churn;
	return c->appended && AT_LEAST(CHURN_QUADRATIC_COUNT, c->appended) &&
	       AT_LEAST(CHURN_QUADRATIC_BYTES, c->appended_bytes) &&
	       SHARE_OF(CHURN_QUADRATIC_RATIO, c->appended_bytes, c->appended_most) &&
	       SHARE_OF(CHURN_QUADRATIC_SHARE, c->appended, s->counts.allocations) &&
	       SHARE_OF(CHURN_QUADRATIC_OF_ALL, c->appended_bytes, all->allocated_bytes);
}

static bool is_large(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	const struct lr_counts *c = &s->counts;
	return c->allocations && AT_LEAST(CHURN_LARGE_COUNT, c->allocations) &&
	       AT_LEAST(CHURN_LARGE_BYTES, c->allocated_bytes) &&
	       AT_LEAST(CHURN_LARGE_SIZE, c->allocated_bytes / c->allocations) &&
	       SHARE_OF(CHURN_LARGE_SHARE, c->frees, c->allocations) &&
	       SHARE_OF(CHURN_LARGE_OF_ALL, c->allocated_bytes, all->allocated_bytes) &&
	       s->churn.enlarged < c->allocations / 2;
}

static bool is_temporary(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	uint64_t n = lr_churn_temporary(s);
	return n && AT_LEAST(CHURN_TEMPORARY_COUNT, n) &&
	       SHARE_OF(CHURN_TEMPORARY_SHARE, n, s->counts.allocations) &&
	       SHARE_OF(CHURN_TEMPORARY_OF_ALL, n, all->allocations);
}

static bool is_small(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	const struct lr_counts *c = &s->counts;
	return c->peak_blocks && AT_LEAST(CHURN_SMALL_COUNT, c->peak_blocks) &&
	       (double)c->peak_bytes <=
		       t->of[LR_THRESHOLD_CHURN_SMALL_SIZE] * (double)c->peak_blocks &&
	       AT_LEAST(CHURN_SMALL_BYTES, lr_churn_overhead(s)) &&
	       SHARE_OF(CHURN_SMALL_OF_PEAK, lr_churn_overhead(s), all->peak_bytes);
}

/* What is told as one of the first is not told again as one of the others, but for small blocks:
 * they are of the peak, the others of the run. */
unsigned lr_churn_judge(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	unsigned found = 0;
	if (by_steps(s, all, t))
		found |= 1u << LR_CHURN_STEPS;
	if (is_quadratic(s, all, t))
		found |= 1u << LR_CHURN_QUADRATIC;
	else if (by_tables(s, all, t))
		found |= 1u << LR_CHURN_TABLES;
	else if (is_large(s, all, t))
		found |= 1u << LR_CHURN_LARGE;
	else if (is_temporary(s, all, t))
		found |= 1u << LR_CHURN_TEMPORARY;
	if (is_small(s, all, t))
		found |= 1u << LR_CHURN_SMALL;
	return found;
}
