#include "tools/view/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

#define SEVERITY_NAME(name, key) key,
enum { PLACE_STACK = 4 };

const char *const lr_severity_names[LR_SEVERITY_COUNT] = {LR_SEVERITIES(SEVERITY_NAME)};

struct lr_finding *lr_finding_add(struct lr_findings *f, const struct lr_finding_producer *by,
	const char *kind, enum lr_severity severity, uint32_t frame)
{
	LR_GROW(f->list, f->used, f->room);
	f->list[f->used] =
		(struct lr_finding){.kind = kind, .severity = severity, .frame = frame, .by = by};
	return &f->list[f->used++];
}

bool lr_finding_is_suppressed(
	const struct lr_findings_input *in, uint32_t frame, unsigned kind, uint64_t count)
{
	struct lr_rule *rule =
		in->suppressor ? lr_suppressor_rule(in->suppressor, frame, kind) : NULL;
	if (rule)
		lr_suppressor_use(
			in->suppressor, rule, frame, kind, &(struct lr_scan_sum){.blocks = count});
	return rule != NULL;
}

const void *lr_findings_keep(struct lr_findings *f, const void *p, size_t size)
{
	LR_GROW(f->kept, f->kept_used, f->kept_room);
	return f->kept[f->kept_used++] = memcpy(lr_calloc(1, size), p, size);
}

__attribute__((format(printf, 1, 0))) static char *print(const char *fmt, va_list ap)
{
	char *text = NULL;
	if (vasprintf(&text, fmt, ap) < 0)
		return lr_strdup("");
	return text;
}

void lr_finding_title(struct lr_finding *x, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	free(x->title);
	x->title = print(fmt, ap);
	va_end(ap);
}

void lr_finding_say(struct lr_finding *x, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	LR_GROW(x->evidence, x->evidence_used, x->evidence_room);
	x->evidence[x->evidence_used++] = print(fmt, ap);
	va_end(ap);
}

void lr_finding_next(struct lr_finding *x, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	free(x->next_step);
	x->next_step = print(fmt, ap);
	va_end(ap);
}

static void add_figure(struct lr_finding *x, const char *key, double value, bool whole)
{
	LR_GROW(x->figures, x->figures_used, x->figures_room);
	x->figures[x->figures_used++] =
		(struct lr_figure){.key = key, .value = value, .whole = whole};
}

void lr_finding_count(struct lr_finding *x, const char *key, uint64_t value)
{
	add_figure(x, key, (double)value, true);
}

void lr_finding_real(struct lr_finding *x, const char *key, double value)
{
	add_figure(x, key, value, false);
}

void lr_finding_place(struct lr_finding *x, const struct lr_findings_input *in, const char *what,
	uint32_t frame, uint64_t count, char *text)
{
	LR_GROW(x->places, x->places_used, x->places_room);
	struct lr_finding_place *p = &x->places[x->places_used++];
	*p = (struct lr_finding_place){.what = what, .text = text, .count = count};
	size_t max = in->stack_max < PLACE_STACK ? in->stack_max : PLACE_STACK;
	p->stack = lr_stack_lines(in->model, in->names, frame, max, &p->stack_used, &p->stack_cut);
	p->stack_rest = p->stack_cut;
	p->stack_main = lr_stack_to_main(p->stack, p->stack_used, &p->stack_rest);
}

void lr_finding_place_lines(struct lr_finding *x, const char *what, struct lr_line *lines,
	size_t used, uint64_t count, char *text)
{
	LR_GROW(x->places, x->places_used, x->places_room);
	x->places[x->places_used++] = (struct lr_finding_place){.what = what,
		.text = text,
		.count = count,
		.stack = lines,
		.stack_used = used,
		.stack_main = used};
}

static int by_weight(const void *pa, const void *pb)
{
	const struct lr_finding *a = pa, *b = pb;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return strcmp(a->kind, b->kind);
}

static void free_finding(struct lr_finding *x)
{
	for (size_t i = 0; i < x->evidence_used; i++)
		free(x->evidence[i]);
	for (size_t i = 0; i < x->places_used; i++) {
		free(x->places[i].text);
		free(x->places[i].stack);
	}
	free(x->title);
	free(x->evidence);
	free(x->figures);
	free(x->places);
	free(x->next_step);
	free(x->stack);
}

static void keep_only(struct lr_findings *f, const char *prefix)
{
	size_t n = 0;
	for (size_t i = 0; i < f->used; i++)
		if (strncmp(f->list[i].kind, prefix, strlen(prefix)) == 0)
			f->list[n++] = f->list[i];
	f->used = n;
}

/* What rules for resources silence; 0: none does. */
static unsigned resource_kind(const char *kind)
{
	static const struct {
		const char *prefix;
		unsigned kind;
	} rows[] = {{"fd.double", LR_SUPPRESS_CLOSE}, {"fd.foreign", LR_SUPPRESS_CLOSE},
		{"fd.", LR_SUPPRESS_FD}, {"timer.", LR_SUPPRESS_RESOURCE},
		{"thread.", LR_SUPPRESS_RESOURCE}, {"mapping.", LR_SUPPRESS_RESOURCE},
		{"resource.", LR_SUPPRESS_RESOURCE}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strncmp(kind, rows[i].prefix, strlen(rows[i].prefix)) == 0)
			return rows[i].kind;
	return 0;
}

static void suppress_resources(struct lr_findings *f, struct lr_suppressor *suppressor)
{
	size_t n = 0;
	for (size_t i = 0; suppressor && i < f->used; i++) {
		const struct lr_finding *x = &f->list[i];
		unsigned kind = resource_kind(x->kind);
		struct lr_rule *rule =
			kind ? lr_suppressor_resource(suppressor, x->frame, kind) : NULL;
		if (rule)
			lr_suppressor_use(suppressor, rule, x->frame, kind,
				&(struct lr_scan_sum){x->count, x->bytes});
		else
			f->list[n++] = *x;
	}
	if (suppressor)
		f->used = n;
}

static void explain(struct lr_findings *f, const struct lr_findings_input *in)
{
	for (size_t i = 0; i < f->used; i++) {
		struct lr_finding *x = &f->list[i];
		x->stack = lr_stack_lines(in->model, in->names, x->frame, in->stack_max,
			&x->stack_used, &x->stack_cut);
		x->stack_rest = x->stack_cut;
		x->stack_main = lr_stack_to_main(x->stack, x->stack_used, &x->stack_rest);
		x->by->explain(x, in);
		x->of = NULL;
	}
}

struct lr_findings *lr_findings_make(const struct lr_model *m, struct lr_names *names,
	const struct lr_leak_query *q, struct lr_leaks *leaks, const char *only)
{
#define PRODUCER_AT(name) &lr_findings_##name,
	static const struct lr_finding_producer *const producers[] = {
		LR_FINDING_PRODUCERS(PRODUCER_AT)};
	struct lr_findings *f = lr_calloc(1, sizeof(*f));
	struct lr_query sites = *q->sites;
	sites.group = LR_GROUP_SITE;
	struct lr_leaks *made = leaks ? NULL : lr_leaks_bare(m, names, q);
	struct lr_findings_input in = {.model = m,
		.names = names,
		.leaks = leaks ? leaks : made,
		.sites = &sites,
		.stack_max = sites.stack_max,
		.suppressor = q->suppressor,
		.thresholds = q->thresholds ? q->thresholds : &lr_thresholds_default};
	struct lr_pairs pairs;
	lr_pairs_make(m, in.leaks, in.suppressor, &pairs);
	in.pairs = &pairs;
	for (size_t i = 0; i < sizeof(producers) / sizeof(*producers); i++)
		producers[i]->find(f, &in);
	suppress_resources(f, q->suppressor);
	if (only)
		keep_only(f, only);
	if (f->used)
		qsort(f->list, f->used, sizeof(*f->list), by_weight);
	f->all = f->used;
	if (f->used > sites.limit)
		f->used = sites.limit;
	explain(f, &in);
	lr_pairs_free(&pairs);
	lr_leaks_free(made);
	return f;
}

void lr_findings_free(struct lr_findings *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->all; i++)
		free_finding(&f->list[i]);
	for (size_t i = 0; i < f->kept_used; i++)
		free(f->kept[i]);
	free(f->kept);
	free(f->list);
	free(f);
}
