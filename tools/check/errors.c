#include "tools/check/errors.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

/* In the order of what is worst. */
static const enum lr_leak_class classes[] = {
	LR_LEAK_DEFINITE, LR_LEAK_POSSIBLE, LR_LEAK_INDIRECT, LR_LEAK_REACHABLE};
enum { CLASSES = sizeof(classes) / sizeof(*classes) };

/* Of findings; those of leaks are classes. */
static const char *const kinds[] = {
	"free.double", "free.unknown", "free.mismatch", "growth.unbounded"};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static bool is(const char *w, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(w, text, n) == 0;
}

static bool is_class(const char *w, size_t n, enum lr_leak_class class)
{
	size_t area = n > 5 && memcmp(w, "leak.", 5) == 0 ? 5 : 0;
	return is(w + area, n - area, lr_leak_keys[class]) || is(w, n, "all");
}

/* A kind, or what stands in front of its dot. */
static bool is_kind(const char *w, size_t n, const char *kind)
{
	return is(w, n, kind) || (n == strcspn(kind, ".") && memcmp(w, kind, n) == 0);
}

static bool is_known(const char *w, size_t n)
{
	for (int i = 0; i < CLASSES; i++)
		if (is_class(w, n, classes[i]))
			return true;
	for (int i = 0; i < KINDS; i++)
		if (is_kind(w, n, kinds[i]))
			return true;
	return false;
}

bool lr_errors_understood(const char *wanted, const char **wrong)
{
	for (const char *w = wanted;; w++) {
		size_t n = strcspn(w, ",");
		*wrong = w;
		if (!is_known(w, n))
			return false;
		w += n;
		if (!*w)
			return true;
	}
}

static unsigned wanted_classes(const char *wanted)
{
	unsigned set = 0;
	for (const char *w = wanted; *w;) {
		size_t n = strcspn(w, ",");
		for (int i = 0; i < CLASSES; i++)
			if (is_class(w, n, classes[i]))
				set |= 1U << classes[i];
		w += n + (w[n] == ',');
	}
	return set;
}

static bool is_wanted(const char *wanted, const char *kind)
{
	for (const char *w = wanted; *w;) {
		size_t n = strcspn(w, ",");
		if (is_kind(w, n, kind))
			return true;
		w += n + (w[n] == ',');
	}
	return false;
}

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
		if (strncmp(f->kind, "leak.", 5) == 0 || !is_wanted(wanted, f->kind))
			continue;
		add(e, (struct lr_found_error){.kind = f->kind,
			       .count = f->count,
			       .bytes = f->bytes,
			       .title = f->title,
			       .stack = f->stack,
			       .stack_used = f->stack_used,
			       .stack_cut = f->stack_cut});
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
			       .stack_cut = r->stack_cut});
	}
}

struct lr_errors *lr_errors_find(const struct lr_model *m, struct lr_names *names,
	struct lr_suppressor *x, const char *wanted, size_t limit, size_t stack_max)
{
	struct lr_errors *e = lr_calloc(1, sizeof(*e));
	struct lr_query sites = {.group = LR_GROUP_SITE, .limit = SIZE_MAX, .stack_max = stack_max};
	unsigned set = wanted_classes(wanted);
	struct lr_leak_query q = {
		.sites = &sites, .classes = set, .scan = LR_SCANS_LAST, .suppressor = x};
	e->leaks = lr_leaks_make(m, names, &q);
	q.classes = 0; /* leaks are told by their rows */
	e->findings = lr_findings_make(m, names, &q, NULL);
	e->suppressed = e->leaks->of[LR_LEAK_SUPPRESSED];
	e->processes = m->dumps_used;
	e->judged = e->leaks->judged;
	e->leaks_wanted = set != 0;
	add_findings(e, wanted);
	add_leaks(e, set);
	e->shown = limit < e->used ? limit : e->used;
	return e;
}

void lr_errors_free(struct lr_errors *e)
{
	if (!e)
		return;
	lr_findings_free(e->findings);
	lr_leaks_free(e->leaks);
	free(e->list);
	free(e);
}
