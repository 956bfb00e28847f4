/* leak.definite and leak.possible: one for each site. What definite blocks own is told with them.
 */
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/sitename.h"

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	for (size_t i = 0; i < in->leaks->told; i++) {
		const struct lr_leak_row *r = &in->leaks->rows[i];
		bool definite = r->class == LR_LEAK_DEFINITE;
		struct lr_finding *x = lr_finding_add(f, &lr_findings_leaks,
			definite ? "leak.definite" : "leak.possible",
			definite ? LR_SEVERITY_HIGH : LR_SEVERITY_MEDIUM, r->frame);
		x->count = r->sum.blocks;
		x->bytes = r->sum.bytes;
		x->weight = r->sum.bytes + r->owned.bytes;
		x->of = r;
	}
}

static void say_siblings(struct lr_finding *x, const struct lr_leak_row *r)
{
	struct lr_short made = lr_show_count(r->allocations), gone = lr_show_count(r->frees);
	lr_finding_count(x, "allocations", r->allocations);
	lr_finding_count(x, "releases", r->frees);
	if (r->allocations <= 1)
		return;
	if (r->allocations == r->sum.blocks)
		lr_finding_say(x, "all blocks that were made here");
	else if (r->frees == 0)
		lr_finding_say(x, "none of the %s blocks made here was released", made.text);
	else
		lr_finding_say(x, "of %s blocks made here %s %s released", made.text, gone.text,
			r->frees == 1 ? "was" : "were");
}

static void say_cycles(struct lr_finding *x, const struct lr_leak_row *r)
{
	if (!r->cycles)
		return;
	char *all = lr_leak_amount(&r->in_cycles);
	struct lr_short n = lr_show_count(r->cycles);
	if (r->cycles == 1)
		lr_finding_say(x,
			"a cycle: its blocks lead to each other, and nothing else leads to "
			"them (%s)",
			all);
	else
		lr_finding_say(x,
			"%s cycles: their blocks lead to each other, and nothing else "
			"leads to them (%s)",
			n.text, all);
	lr_finding_count(x, "cycles", r->cycles);
	lr_finding_count(x, "cycle_blocks", r->in_cycles.blocks);
	lr_finding_count(x, "cycle_bytes", r->in_cycles.bytes);
	free(all);
}

static void add_places(
	struct lr_finding *x, const struct lr_leak_row *r, const struct lr_findings_input *in)
{
	for (size_t i = 0; i < r->releases_used; i++) {
		struct lr_short n = lr_show_count(r->releases[i].count);
		lr_finding_place(x, in, "released", r->releases[i].frame, r->releases[i].count,
			lr_format("others of this site are released here (%s seen)", n.text));
	}
	for (size_t i = 0; i < r->owns_used; i++) {
		const struct lr_leak_owned *o = &r->owns[i];
		if (o->frame == r->frame)
			continue; /* the title says enough */
		char *sum = lr_leak_amount(&o->sum);
		lr_finding_place(x, in, "owned", o->frame, o->sum.blocks,
			lr_format("with it goes what was made here: %s", sum));
		free(sum);
	}
	if (r->owns_all > r->owns_used)
		lr_finding_say(x, "what it owns comes from %zu sites", r->owns_all);
}

static void say_next(
	struct lr_finding *x, const struct lr_leak_row *r, const struct lr_findings_input *in)
{
	const struct lr_pair_site *pair = lr_pairs_within(in->pairs, r->frame);
	if (pair && pair->open) {
		lr_finding_next(x, "call %s when it is done with", pair->pair->releaser);
	} else if (r->releases_used) {
		uint32_t frame = lr_site_frame(in->model, in->names, r->releases[0].frame);
		lr_finding_next(x, "release it where the others are: %s",
			lr_names_function(in->names, frame));
	} else if (r->cycles) {
		lr_finding_next(
			x, "cut the cycle where the last pointer into it from outside goes");
	} else if (r->frees) {
		lr_finding_next(x, "see where the others are released: LEAKTRACE_FREE_STACKS=all "
				   "records it");
	} else {
		lr_finding_next(x, "release it where the last pointer to it goes");
	}
}

/* What a call made that has one of its own to release it. True: whose it is, is told there. */
static bool say_pair(
	struct lr_finding *x, const struct lr_leak_row *r, const struct lr_findings_input *in)
{
	const struct lr_pair_site *s = lr_pairs_within(in->pairs, r->frame);
	if (!s || !s->open)
		return false;
	const struct lr_pair *p = s->pair;
	if (s->lost)
		lr_finding_say(x, "part of %s %s that %s never given to %s (resource.unreleased)",
			lr_show_count(s->lost).text, s->lost == 1 ? p->words.one : p->words.many,
			s->lost == 1 ? "was" : "were", p->releaser);
	else
		lr_finding_say(x, "part of %s: of %s made here %s %s never given to %s",
			s->made == 1 ? p->words.one : p->words.many, lr_show_count(s->made).text,
			lr_show_count(s->open).text, s->open == 1 ? "was" : "were", p->releaser);
	return s->lost != 0;
}

/* What a pending request of an io_uring instance leads to, the kernel alone knows, and does not
 * tell. */
static bool has_requests(const struct lr_findings_input *in)
{
	for (size_t i = 0; i < in->leaks->scans_used; i++) {
		const struct lr_scan *s = in->leaks->scans[i].scan;
		for (size_t k = 0; s && k < s->fds_used; k++)
			if (strstr(lr_scan_text(s, s->fds[k].name), "[io_uring]"))
				return true;
	}
	return false;
}

static void explain_definite(
	struct lr_finding *x, const struct lr_leak_row *r, const struct lr_findings_input *in)
{
	char *own = lr_leak_amount(&r->sum), *with = lr_leak_amount(&r->owned);
	if (r->owned.blocks)
		lr_finding_title(x, "%s definitely lost, with %s that only %s to", own, with,
			r->sum.blocks == 1 ? "it leads" : "they lead");
	else
		lr_finding_title(x, "%s definitely lost", own);
	free(own);
	free(with);
	lr_finding_count(x, "indirect_blocks", r->owned.blocks);
	lr_finding_count(x, "indirect_bytes", r->owned.bytes);
	say_cycles(x, r);
	say_siblings(x, r);
	if (has_requests(in))
		lr_finding_say(x, "unless a pending request of an io_uring instance has it: that "
				  "cannot be seen");
	if (!say_pair(x, r, in))
		add_places(x, r, in);
	say_next(x, r, in);
}

static void explain_possible(
	struct lr_finding *x, const struct lr_leak_row *r, const struct lr_findings_input *in)
{
	char *own = lr_leak_amount(&r->sum);
	lr_finding_title(x, "%s possibly lost", own);
	free(own);
	if (in->leaks->doubtful)
		lr_finding_say(x,
			"not all registers of its threads were known to the scan: one may "
			"hold it");
	else
		lr_finding_say(x, "only pointers to the inside were found, which may be there by "
				  "chance");
	say_siblings(x, r);
	add_places(x, r, in);
	if (r->addr)
		lr_finding_next(x, "see what points there: leakreport why %s 0x%llx",
			in->model->dumps_used == 1 ? in->model->dumps[0].path : "DUMP",
			(unsigned long long)r->addr);
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct lr_leak_row *r = x->of;
	if (r->class == LR_LEAK_DEFINITE)
		explain_definite(x, r, in);
	else
		explain_possible(x, r, in);
}

const struct lr_finding_producer lr_findings_leaks = {.find = find, .explain = explain};
