/* churn.*: what a site allocates over and over. The sums are those of the whole run. */
#include "tools/util/text.h"
#include "tools/view/churn.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"

enum { PAGE = 4096 };

#define COUNT(v)   lr_show_count(v).text
#define BYTES(v)   lr_show_bytes(v).text
#define PERCENT(v) lr_show_percent(v).text

struct churned {
	const struct lr_site *site;
	enum lr_churn_kind kind;
};

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void explain_steps(
	struct lr_finding *x, const struct lr_site *s, const struct lr_counts *all)
{
	const struct lr_churn *c = &s->churn;
	lr_finding_title(x, "enlarged %s times, by %s on average", COUNT(c->enlarged),
		BYTES(c->enlarged_bytes / c->enlarged));
	lr_finding_say(x,
		"%s calls, %s of the program's allocations; the blocks held %s before, for %s that "
		"were added, and %s were copied to another address",
		COUNT(c->enlarged), PERCENT(share(c->enlarged, all->allocations)),
		BYTES(c->old_bytes), BYTES(c->enlarged_bytes), BYTES(c->copied_bytes));
	lr_finding_count(x, "calls", c->enlarged);
	lr_finding_count(x, "held_bytes", c->old_bytes);
	lr_finding_count(x, "added_bytes", c->enlarged_bytes);
	lr_finding_count(x, "copied_bytes", c->copied_bytes);
	lr_finding_next(x, "reserve room: double it when it is full, or ask for all at once");
}

static void explain_tables(
	struct lr_finding *x, const struct lr_site *s, const struct lr_counts *all)
{
	const struct lr_churn *c = &s->churn;
	uint64_t objects = lr_churn_objects(s), needed = s->counts.allocated_bytes;
	needed -= c->replaced_bytes < needed ? c->replaced_bytes : needed;
	lr_finding_title(x, "%s objects grown %s times, each time by a larger block and a copy",
		COUNT(objects), COUNT(c->replaced));
	lr_finding_say(x,
		"%s calls where %s would do, %s of the program's allocations; up to %s copied, for "
		"%s that the objects needed in the end",
		COUNT(s->counts.allocations), COUNT(objects),
		PERCENT(share(s->counts.allocations, all->allocations)), BYTES(c->replaced_bytes),
		BYTES(needed));
	lr_finding_count(x, "calls", s->counts.allocations);
	lr_finding_count(x, "objects", objects);
	lr_finding_count(x, "copied_bytes", c->replaced_bytes);
	lr_finding_count(x, "needed_bytes", needed);
	lr_finding_next(x, "make each as large as it will be, or empty it and use it again");
}

static void explain_quadratic(
	struct lr_finding *x, const struct lr_site *s, const struct lr_counts *all)
{
	const struct lr_churn *c = &s->churn;
	lr_finding_title(
		x, "%s times a new block, a little larger than the one before", COUNT(c->appended));
	lr_finding_say(x,
		"up to %s copied for a block of %s, %s of all bytes that the program allocates; "
		"it grows with the square of the steps",
		BYTES(c->appended_bytes), BYTES(c->appended_most),
		PERCENT(share(c->appended_bytes, all->allocated_bytes)));
	lr_finding_count(x, "calls", c->appended);
	lr_finding_count(x, "copied_bytes", c->appended_bytes);
	lr_finding_count(x, "largest_bytes", c->appended_most);
	lr_finding_next(x, "reserve room: double it when it is full, or ask for all at once");
}

static void explain_large(
	struct lr_finding *x, const struct lr_site *s, const struct lr_counts *all)
{
	const struct lr_counts *c = &s->counts;
	lr_finding_title(x, "%s large blocks one after the other, %s in all", COUNT(c->allocations),
		BYTES(c->allocated_bytes));
	lr_finding_say(x, "%s on average, and %s of all bytes that the program allocates",
		BYTES(c->allocated_bytes / c->allocations),
		PERCENT(share(c->allocated_bytes, all->allocated_bytes)));
	if (s->churn.mapped_bytes > c->allocated_bytes / 2)
		lr_finding_say(x,
			"%s of these the kernel mapped block by block: each of %s pages is a "
			"fault, "
			"and cleared, when it is used first",
			BYTES(s->churn.mapped_bytes), COUNT(s->churn.mapped_bytes / PAGE));
	lr_finding_count(x, "calls", c->allocations);
	lr_finding_count(x, "average_bytes", c->allocated_bytes / c->allocations);
	lr_finding_count(x, "mapped_bytes", s->churn.mapped_bytes);
	lr_finding_next(x, "keep one and use it again, or pass a pointer instead of a copy");
}

static void explain_temporary(
	struct lr_finding *x, const struct lr_site *s, const struct lr_counts *all)
{
	const struct lr_counts *c = &s->counts;
	lr_finding_title(x, "%s blocks released before the next allocation", COUNT(x->count));
	lr_finding_say(x,
		"%s on average; two calls for each, and %s of the program's %s allocations",
		BYTES(c->allocated_bytes / c->allocations),
		PERCENT(share(c->allocations, all->allocations)), COUNT(all->allocations));
	lr_finding_count(x, "calls", c->allocations + c->frees);
	lr_finding_count(x, "average_bytes", c->allocated_bytes / c->allocations);
	lr_finding_real(x, "share_of_allocations", share(c->allocations, all->allocations));
	lr_finding_next(x, "keep one block for all passes, or put it on the stack");
}

static void explain_small(
	struct lr_finding *x, const struct lr_site *s, const struct lr_counts *all)
{
	const struct lr_counts *c = &s->counts;
	uint64_t average = c->peak_bytes / c->peak_blocks;
	lr_finding_title(x, "%s small blocks at a time take %s more than they hold",
		COUNT(c->peak_blocks), BYTES(x->bytes));
	lr_finding_say(x,
		"%s on average, for which the C library takes at least %s; the heap held %s then",
		BYTES(average), BYTES(lr_churn_taken(average)), BYTES(all->peak_bytes));
	lr_finding_count(x, "asked_bytes", c->peak_bytes);
	lr_finding_count(x, "resident_bytes", c->peak_bytes + x->bytes);
	lr_finding_count(x, "peak_bytes", all->peak_bytes);
	lr_finding_next(x, "store them by value, or many in one block");
}

static const struct {
	enum lr_severity severity;
	void (*explain)(struct lr_finding *x, const struct lr_site *s, const struct lr_counts *all);
} kinds[LR_CHURN_KINDS] = {
	[LR_CHURN_STEPS] = {LR_SEVERITY_MEDIUM, explain_steps},
	[LR_CHURN_TABLES] = {LR_SEVERITY_MEDIUM, explain_tables},
	[LR_CHURN_QUADRATIC] = {LR_SEVERITY_MEDIUM, explain_quadratic},
	[LR_CHURN_LARGE] = {LR_SEVERITY_LOW, explain_large},
	[LR_CHURN_TEMPORARY] = {LR_SEVERITY_LOW, explain_temporary},
	[LR_CHURN_SMALL] = {LR_SEVERITY_LOW, explain_small},
};

/* count: how often; bytes: that it costs, or that went through there. */
static void figures_of(
	enum lr_churn_kind kind, const struct lr_site *s, uint64_t *count, uint64_t *bytes)
{
	*count = s->counts.allocations;
	*bytes = s->counts.allocated_bytes;
	switch (kind) {
	case LR_CHURN_STEPS:
		*count = s->churn.enlarged;
		*bytes = s->churn.old_bytes;
		break;
	case LR_CHURN_TABLES:
		*count = s->churn.replaced;
		*bytes = s->churn.replaced_bytes;
		break;
	case LR_CHURN_QUADRATIC:
		*count = s->churn.appended;
		*bytes = s->churn.appended_bytes;
		break;
	case LR_CHURN_TEMPORARY:
		*count = lr_churn_temporary(s);
		break;
	case LR_CHURN_SMALL:
		*count = s->counts.peak_blocks;
		*bytes = lr_churn_overhead(s);
		break;
	case LR_CHURN_LARGE:
	case LR_CHURN_KINDS:
		break;
	}
}

static void add(struct lr_findings *f, const struct lr_site *s, enum lr_churn_kind kind)
{
	const struct churned of = {.site = s, .kind = kind};
	struct lr_finding *x = lr_finding_add(
		f, &lr_findings_churn, lr_churn_kinds[kind], kinds[kind].severity, s->frame);
	figures_of(kind, s, &x->count, &x->bytes);
	x->weight = x->bytes;
	x->of = lr_findings_keep(f, &of, sizeof(of));
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	const struct lr_model *m = in->model;
	struct lr_match *match = lr_match_new(m, in->names, in->sites);
	for (size_t i = 0; i < m->sites_used; i++) {
		const struct lr_site *s = &m->sites[i];
		unsigned found = s->frame ? lr_churn_judge(s, &m->total, in->thresholds) : 0;
		if (!found || !lr_match_site(match, s))
			continue;
		for (int kind = 0; kind < LR_CHURN_KINDS; kind++)
			if (found >> kind & 1)
				add(f, s, (enum lr_churn_kind)kind);
	}
	lr_match_free(match);
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct churned *of = x->of;
	kinds[of->kind].explain(x, of->site, &in->model->total);
}

const struct lr_finding_producer lr_findings_churn = {.find = find, .explain = explain};
