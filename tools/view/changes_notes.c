/* What a comparison rests on, in sentences: what is not sure about it, what has other names. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/changes_parts.h"

enum { RENAMINGS_TOLD = 10 };
static const char *const sides[] = {"the first run", "the second run"};

__attribute__((format(printf, 2, 3))) static void note(struct lr_changes *v, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = lr_strdup("");
	va_end(ap);
	LR_GROW(v->notes, v->notes_used, v->notes_room);
	v->notes[v->notes_used++] = text;
}

/* "jq", "jq and 3 others" */
static char *programs(const struct lr_measure *m)
{
	const char *first = m->programs_used ? m->programs[0].name : "nothing";
	if (m->programs_used < 2)
		return lr_strdup(first);
	return lr_format("%s and %zu other%s", first, m->programs_used - 1,
		m->programs_used == 2 ? "" : "s");
}

static bool has_program(const struct lr_measure *m, const char *name)
{
	for (size_t i = 0; i < m->programs_used; i++)
		if (strcmp(m->programs[i].name, name) == 0)
			return true;
	return false;
}

static void other_programs(struct lr_changes *v)
{
	const struct lr_measure *a = v->compare->of[LR_BEFORE], *b = v->compare->of[LR_AFTER];
	for (size_t i = 0; i < a->programs_used; i++)
		if (has_program(b, a->programs[i].name))
			return;
	if (!a->programs_used || !b->programs_used)
		return;
	char *was = programs(a), *is = programs(b);
	note(v, "these are different programs: %s, and %s", was, is);
	free(was);
	free(is);
}

/* How many of the functions of a measure's own programs have a name. */
static void count_names(const struct lr_measure *m, size_t *named, size_t *all)
{
	*named = *all = 0;
	for (uint32_t i = 1; i <= m->build->nodes_used; i++) {
		const struct lr_measured_frame *f = &lr_measure_node_at(m, i)->frame;
		if (!has_program(m, f->module))
			continue;
		++*all;
		*named += !lr_measured_is_nameless(f->function);
	}
}

static void lacking_names(struct lr_changes *v)
{
	size_t named[2], all[2];
	for (int i = 0; i < 2; i++)
		count_names(v->compare->of[i], &named[i], &all[i]);
	for (int i = 0; i < 2; i++)
		if (all[i] && all[1 - i] && named[i] * 2 < all[i] && named[1 - i] * 2 > all[1 - i])
			note(v,
				"the program of %s has no symbols here, that of the other one has: "
				"its functions cannot be found again (build both alike, or give "
				"--debug-dir)",
				sides[i]);
	if (all[0] && all[1] && named[0] * 2 < all[0] && named[1] * 2 < all[1] &&
		v->kinds[LR_CHANGE_NEW] && v->kinds[LR_CHANGE_GONE])
		note(v, "the program has no symbols here: functions without names are known by "
			"their offsets, which move with every build (give --debug-dir)");
}

static size_t count_unsure(const struct lr_compare *c, int side)
{
	size_t n = 0;
	for (size_t i = 0; i < c->used; i++)
		n += c->sites[i].unsure && c->sites[i].site[side];
	return n;
}

static void missing(struct lr_changes *v)
{
	for (int i = 0; i < 2; i++) {
		const struct lr_measure *m = v->compare->of[i];
		if (m->damaged)
			note(v, "a dump of %s is damaged: its counts are at least what they say",
				sides[i]);
		else if (m->missed)
			note(v, "%s is not complete: its counts are at least what they say",
				sides[i]);
		if (!m->whole)
			note(v,
				"%s is a file with the sites that matter most: of %zu others it is "
				"not known whether they changed",
				sides[i], count_unsure(v->compare, !i));
		if (m->processes > m->judged && v->compare->of[1 - i]->judged)
			note(v, "in %s %llu of %llu processes have no verdicts on their blocks",
				sides[i], (unsigned long long)(m->processes - m->judged),
				(unsigned long long)m->processes);
	}
}

static void other_names(struct lr_changes *v)
{
	const struct lr_compare *c = v->compare;
	size_t moved = 0;
	for (size_t i = 0; i < c->renamings_used && i < RENAMINGS_TOLD; i++) {
		const struct lr_renaming *r = &c->renamings[i];
		if (r->sites)
			note(v, "%s is called %s now (same callers and callees; %zu site%s)",
				r->from, r->to, r->sites, r->sites == 1 ? "" : "s");
	}
	if (c->renamings_used > RENAMINGS_TOLD)
		note(v, "so are %zu other functions", c->renamings_used - RENAMINGS_TOLD);
	if (c->unnamed)
		note(v,
			"%zu site%s of functions without names %s found again by callers and "
			"callees",
			c->unnamed, c->unnamed == 1 ? "" : "s", c->unnamed == 1 ? "was" : "were");
	for (size_t i = 0; i < c->used; i++)
		moved += c->sites[i].join == LR_JOIN_MOVED;
	if (moved)
		note(v, "%zu site%s found again with functions more or less in the call path",
			moved, moved == 1 ? " was" : "s were");
}

void lr_changes_notes(struct lr_changes *v)
{
	other_programs(v);
	missing(v);
	lacking_names(v);
	v->warnings = v->notes_used;
	other_names(v);
}
