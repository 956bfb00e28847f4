/* churn.*: what a site allocates over and over, as far as counts tell; doc/FINDINGS.md has the
 * rules. The sums are those of the whole run. */
#include <string.h>
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"

/* Bytes that the allocator takes for a small block; glibc's as it is nearly everywhere. */
static uint64_t taken(uint64_t size)
{
	uint64_t with_header = (size + 8 + 15) / 16 * 16;
	return with_header < 32 ? 32 : with_header;
}

#define AT_LEAST(id, value)       ((value) >= lr_threshold(t, LR_THRESHOLD_##id))
#define SHARE_OF(id, part, whole) lr_threshold_reached(t, LR_THRESHOLD_##id, part, whole)

static bool by_steps(const struct lr_site *s, const struct lr_thresholds *t)
{
	const struct lr_churn *c = &s->churn;
	return c->enlarged && AT_LEAST(CHURN_REALLOC_COUNT, c->enlarged) &&
	       AT_LEAST(CHURN_REALLOC_BYTES, c->old_bytes) &&
	       SHARE_OF(CHURN_REALLOC_RATIO, c->old_bytes, c->enlarged_bytes);
}

static bool by_new_blocks(const struct lr_site *s, const struct lr_thresholds *t)
{
	const struct lr_churn *c = &s->churn;
	return c->appended && AT_LEAST(CHURN_QUADRATIC_COUNT, c->appended) &&
	       AT_LEAST(CHURN_QUADRATIC_BYTES, c->appended_bytes) &&
	       SHARE_OF(CHURN_QUADRATIC_SHARE, c->appended, s->counts.allocations) &&
	       SHARE_OF(CHURN_QUADRATIC_RATIO, c->appended_bytes, c->last_size);
}

static bool is_temporary(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	const struct lr_counts *c = &s->counts;
	return c->temporary && AT_LEAST(CHURN_TEMPORARY_COUNT, c->temporary) &&
	       SHARE_OF(CHURN_TEMPORARY_SHARE, c->temporary, c->allocations) &&
	       SHARE_OF(CHURN_TEMPORARY_OF_ALL, c->temporary, all->allocations);
}

static bool is_large(const struct lr_site *s, const struct lr_thresholds *t)
{
	const struct lr_counts *c = &s->counts;
	return c->allocations && AT_LEAST(CHURN_LARGE_COUNT, c->allocations) &&
	       AT_LEAST(CHURN_LARGE_BYTES, c->allocated_bytes) &&
	       AT_LEAST(CHURN_LARGE_SIZE, c->allocated_bytes / c->allocations) &&
	       SHARE_OF(CHURN_LARGE_SHARE, c->frees, c->allocations) &&
	       s->churn.enlarged < c->allocations / 2;
}

static uint64_t overhead(const struct lr_site *s)
{
	uint64_t n = s->counts.peak_blocks;
	return n ? n * taken(s->counts.peak_bytes / n) - s->counts.peak_bytes : 0;
}

static bool is_small(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t)
{
	const struct lr_counts *c = &s->counts;
	return c->peak_blocks && AT_LEAST(CHURN_SMALL_COUNT, c->peak_blocks) &&
	       (double)c->peak_bytes <=
		       t->of[LR_THRESHOLD_CHURN_SMALL_SIZE] * (double)c->peak_blocks &&
	       AT_LEAST(CHURN_SMALL_BYTES, overhead(s)) &&
	       SHARE_OF(CHURN_SMALL_OF_PEAK, overhead(s), all->peak_bytes);
}

static void add(struct lr_findings *f, const char *kind, enum lr_severity severity,
	const struct lr_site *s, uint64_t count, uint64_t bytes)
{
	struct lr_finding *x = lr_finding_add(f, &lr_findings_churn, kind, severity, s->frame);
	x->count = count;
	x->bytes = x->weight = bytes;
	x->of = s;
}

static void find_at(struct lr_findings *f, const struct lr_site *s, const struct lr_counts *all,
	const struct lr_thresholds *t)
{
	if (by_steps(s, t))
		add(f, "churn.realloc", LR_SEVERITY_MEDIUM, s, s->churn.enlarged,
			s->churn.old_bytes);
	if (by_new_blocks(s, t))
		add(f, "churn.quadratic", LR_SEVERITY_MEDIUM, s, s->churn.appended,
			s->churn.appended_bytes);
	else if (is_large(s, t))
		add(f, "churn.large", LR_SEVERITY_LOW, s, s->counts.allocations,
			s->counts.allocated_bytes);
	else if (is_temporary(s, all, t))
		add(f, "churn.temporary", LR_SEVERITY_LOW, s, s->counts.temporary,
			s->counts.allocated_bytes);
	if (is_small(s, all, t))
		add(f, "churn.small", LR_SEVERITY_LOW, s, s->counts.peak_blocks, overhead(s));
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	for (size_t i = 0; i < in->model->sites_used; i++) {
		const struct lr_site *s = &in->model->sites[i];
		if (s->frame && lr_match_site(match, s))
			find_at(f, s, &in->model->total, in->thresholds);
	}
	lr_match_free(match);
}

static void explain_steps(struct lr_finding *x, const struct lr_churn *c, bool by_realloc)
{
	uint64_t old = by_realloc ? c->old_bytes : c->appended_bytes;
	if (by_realloc) {
		lr_finding_title(x, "enlarged %s times, by %s on average",
			lr_show_count(c->enlarged).text,
			lr_show_bytes(c->enlarged_bytes / c->enlarged).text);
		lr_finding_say(x, "the blocks held %s before, for %s that were added; %s moved",
			lr_show_bytes(old).text, lr_show_bytes(c->enlarged_bytes).text,
			lr_show_bytes(c->copied_bytes).text);
		lr_finding_count(x, "added_bytes", c->enlarged_bytes);
		lr_finding_count(x, "moved_bytes", c->copied_bytes);
	} else {
		lr_finding_title(x, "%s times a new block, a little larger than the one before",
			lr_show_count(c->appended).text);
		lr_finding_say(x, "what is carried over grows with the square of the steps: %s",
			lr_show_bytes(old).text);
	}
	lr_finding_next(x, "reserve room: double it when it is full, or ask for all at once");
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct lr_site *s = x->of;
	const struct lr_counts *c = &s->counts;
	struct lr_short n = lr_show_count(x->count), bytes = lr_show_bytes(x->bytes);
	(void)in;
	if (strcmp(x->kind, "churn.realloc") == 0 || strcmp(x->kind, "churn.quadratic") == 0) {
		explain_steps(x, &s->churn, strcmp(x->kind, "churn.realloc") == 0);
	} else if (strcmp(x->kind, "churn.large") == 0) {
		lr_finding_title(
			x, "%s large blocks one after the other, %s in all", n.text, bytes.text);
		lr_finding_say(x,
			"%s on average: from %s on the C library asks the kernel for each, and "
			"each page is cleared anew",
			lr_show_bytes(c->allocated_bytes / c->allocations).text,
			lr_show_bytes(
				lr_threshold(&lr_thresholds_default, LR_THRESHOLD_CHURN_LARGE_SIZE))
				.text);
		lr_finding_next(
			x, "keep one and use it again, or pass a pointer instead of a copy");
	} else if (strcmp(x->kind, "churn.temporary") == 0) {
		lr_finding_title(x, "%s blocks released before the next allocation", n.text);
		lr_finding_say(x, "%s on average; the program makes %s allocations in all",
			lr_show_bytes(c->allocated_bytes / c->allocations).text,
			lr_show_count(in->model->total.allocations).text);
		lr_finding_next(x, "keep one block for all passes, or put it on the stack");
	} else {
		lr_finding_title(
			x, "%s small blocks at a time, with %s around them", n.text, bytes.text);
		lr_finding_say(x, "%s on average, for which the C library takes at least %s",
			lr_show_bytes(c->peak_bytes / c->peak_blocks).text,
			lr_show_bytes(taken(c->peak_bytes / c->peak_blocks)).text);
		lr_finding_next(x, "store them by value, or many in one block");
	}
}

const struct lr_finding_producer lr_findings_churn = {.find = find, .explain = explain};
