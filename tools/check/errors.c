#include "tools/check/errors.h"

#include <stdlib.h>
#include <string.h>
#include "tools/check/wanted.h"
#include "tools/util/mem.h"

static void add(struct lr_errors *e, struct lr_found_error found)
{
	e->count += found.count;
	e->bytes += found.bytes;
	LR_GROW(e->list, e->used, e->room);
	e->list[e->used++] = found;
}

static void add_findings(struct lr_errors *e, const char *wanted)
{
	for (size_t i = 0; i < e->findings->used; i++) {
		const struct lr_finding *f = &e->findings->list[i];
		if (strncmp(f->kind, "leak.", 5) == 0 || !lr_wanted_finding(wanted, f->kind))
			continue;
		add(e, (struct lr_found_error){.kind = f->kind,
			       .count = f->count,
			       .bytes = f->bytes,
			       .title = f->title,
			       .stack = f->stack,
			       .stack_used = f->stack_used,
			       .stack_cut = f->stack_cut,
			       .stack_main = f->stack_main});
	}
}

/* The rows stand by class, then by bytes. */
static void add_leaks(struct lr_errors *e, unsigned wanted)
{
	for (size_t i = 0; i < e->leaks->used; i++) {
		const struct lr_leak_row *r = &e->leaks->rows[i];
		if (!(wanted >> r->class & 1))
			continue;
		add(e, (struct lr_found_error){.kind = lr_leak_keys[r->class],
			       .count = r->sum.blocks,
			       .bytes = r->sum.bytes,
			       .led_blocks = r->owned.blocks,
			       .led_bytes = r->owned.bytes,
			       .stack = r->stack,
			       .stack_used = r->stack_used,
			       .stack_cut = r->stack_cut,
			       .stack_main = r->stack_main});
	}
}

/* Which processes they are in. */
static void add_process(
	struct lr_errors *e, const struct lr_leak_scan *s, struct lr_suppressor *x, unsigned wanted)
{
	static const struct {
		enum lr_leak_class class;
		unsigned kind;
		int verdict;
	} of[] = {{LR_LEAK_DEFINITE, LR_SUPPRESS_DEFINITE, LTF_VERDICT_DEFINITE},
		{LR_LEAK_POSSIBLE, LR_SUPPRESS_POSSIBLE, LTF_VERDICT_POSSIBLE},
		{LR_LEAK_INDIRECT, LR_SUPPRESS_INDIRECT, LTF_VERDICT_INDIRECT},
		{LR_LEAK_REACHABLE, LR_SUPPRESS_REACHABLE, LTF_VERDICT_REACHABLE}};
	struct lr_error_process p = {.dump = s->dump};
	for (size_t i = 0; i < s->scan->sites_used; i++)
		for (size_t k = 0; k < sizeof(of) / sizeof(*of); k++) {
			const struct lr_scan_sum *sum = &s->scan->sites[i].of[of[k].verdict];
			if (!sum->blocks || !(wanted >> of[k].class & 1) ||
				(x && lr_suppressor_rule(x, s->scan->sites[i].site, of[k].kind)))
				continue;
			p.sum.blocks += sum->blocks;
			p.sum.bytes += sum->bytes;
		}
	if (!p.sum.blocks)
		return;
	LR_GROW(e->in, e->in_used, e->in_room);
	e->in[e->in_used++] = p;
}

struct lr_errors *lr_errors_find(const struct lr_model *m, struct lr_names *names,
	const struct lr_leak_query *asked, const char *wanted)
{
	struct lr_errors *e = lr_calloc(1, sizeof(*e));
	struct lr_query sites = {
		.group = LR_GROUP_SITE, .limit = SIZE_MAX, .stack_max = asked->sites->stack_max};
	unsigned set = lr_wanted_classes(wanted);
	struct lr_leak_query q = {.sites = &sites,
		.classes = set,
		.scan = LR_SCANS_LAST,
		.suppressor = asked->suppressor,
		.thresholds = asked->thresholds};
	e->leaks = lr_leaks_make(m, names, &q);
	q.classes = 0; /* leaks are told by their rows */
	e->findings = lr_findings_make(m, names, &q, NULL, NULL);
	e->suppressed = e->leaks->of[LR_LEAK_SUPPRESSED];
	e->processes = m->dumps_used;
	e->judged = e->leaks->judged;
	e->leaks_wanted = set != 0;
	add_findings(e, wanted);
	add_leaks(e, set);
	for (size_t i = 0; e->processes > 1 && i < e->leaks->scans_used; i++)
		if (e->leaks->scans[i].scan)
			add_process(e, &e->leaks->scans[i], asked->suppressor, set);
	e->shown = asked->sites->limit < e->used ? asked->sites->limit : e->used;
	return e;
}

void lr_errors_free(struct lr_errors *e)
{
	if (!e)
		return;
	lr_findings_free(e->findings);
	lr_leaks_free(e->leaks);
	free(e->in);
	free(e->list);
	free(e);
}
