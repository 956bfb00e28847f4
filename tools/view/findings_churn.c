/* churn.*: what a site allocates over and over, as far as counts tell; doc/FINDINGS.md has the
 * rules. The sums are those of the whole run. */
#include <string.h>
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"

enum {
	STEPS_LEAST = 200,            /* enlargements of one kind */
	STEPS_RATIO = 16,             /* bytes that were there before, for each that was added */
	COPIED_LEAST = 1 << 20,       /* bytes */
	TEMPORARY_LEAST = 10000,      /* allocations */
	LARGE = 128 << 10,            /* bytes: from here on malloc asks the kernel each time */
	LARGE_LEAST = 20,             /* allocations */
	LARGE_BYTES_LEAST = 16 << 20, /* in all */
	SMALL = 16,                   /* bytes */
	SMALL_LEAST = 10000,          /* blocks at a time */
	OVERHEAD_LEAST = 256 << 10    /* bytes */
};

/* Bytes that the allocator takes for a small block; glibc's as it is nearly everywhere. */
static uint64_t taken(uint64_t size)
{
	uint64_t with_header = (size + 8 + 15) / 16 * 16;
	return with_header < 32 ? 32 : with_header;
}

static bool by_steps(const struct lr_site *s)
{
	const struct lr_churn *c = &s->churn;
	return c->enlarged >= STEPS_LEAST && c->old_bytes >= COPIED_LEAST &&
	       c->old_bytes / STEPS_RATIO >= c->enlarged_bytes;
}

static bool by_new_blocks(const struct lr_site *s)
{
	const struct lr_churn *c = &s->churn;
	return c->appended >= STEPS_LEAST && c->appended_bytes >= COPIED_LEAST &&
	       c->appended >= s->counts.allocations / 5 * 4 &&
	       c->appended_bytes / STEPS_RATIO >= c->last_size;
}

static bool is_temporary(const struct lr_site *s, const struct lr_counts *all)
{
	return s->counts.temporary >= TEMPORARY_LEAST &&
	       s->counts.temporary >= s->counts.allocations / 10 * 9 &&
	       s->counts.temporary >= all->allocations / 10;
}

static bool is_large(const struct lr_site *s)
{
	const struct lr_counts *c = &s->counts;
	return c->allocations >= LARGE_LEAST && c->allocated_bytes >= LARGE_BYTES_LEAST &&
	       c->allocated_bytes / c->allocations >= LARGE &&
	       c->frees >= c->allocations / 10 * 9 && s->churn.enlarged < c->allocations / 2;
}

static uint64_t overhead(const struct lr_site *s)
{
	uint64_t n = s->counts.peak_blocks;
	return n ? n * taken(s->counts.peak_bytes / n) - s->counts.peak_bytes : 0;
}

static bool is_small(const struct lr_site *s, const struct lr_counts *all)
{
	return s->counts.peak_blocks >= SMALL_LEAST &&
	       s->counts.peak_bytes <= s->counts.peak_blocks * SMALL &&
	       overhead(s) >= OVERHEAD_LEAST && overhead(s) >= all->peak_bytes / 20;
}

static void add(struct lr_findings *f, const char *kind, enum lr_severity severity,
	const struct lr_site *s, uint64_t count, uint64_t bytes)
{
	struct lr_finding *x = lr_finding_add(f, &lr_findings_churn, kind, severity, s->frame);
	x->count = count;
	x->bytes = x->weight = bytes;
	x->of = s;
}

static void find_at(struct lr_findings *f, const struct lr_site *s, const struct lr_counts *all)
{
	if (by_steps(s))
		add(f, "churn.realloc", LR_SEVERITY_MEDIUM, s, s->churn.enlarged,
			s->churn.old_bytes);
	if (by_new_blocks(s))
		add(f, "churn.quadratic", LR_SEVERITY_MEDIUM, s, s->churn.appended,
			s->churn.appended_bytes);
	else if (is_large(s))
		add(f, "churn.large", LR_SEVERITY_LOW, s, s->counts.allocations,
			s->counts.allocated_bytes);
	else if (is_temporary(s, all))
		add(f, "churn.temporary", LR_SEVERITY_LOW, s, s->counts.temporary,
			s->counts.allocated_bytes);
	if (is_small(s, all))
		add(f, "churn.small", LR_SEVERITY_LOW, s, s->counts.peak_blocks, overhead(s));
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	for (size_t i = 0; i < in->model->sites_used; i++) {
		const struct lr_site *s = &in->model->sites[i];
		if (s->frame && lr_match_site(match, s))
			find_at(f, s, &in->model->total);
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
			lr_show_bytes(LARGE).text);
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
