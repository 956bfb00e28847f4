#include "tools/view/rulesfor.h"

#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"
#include "tools/view/sitename.h"

enum { LINES_MAX = 400 }; /* Valgrind takes 500 */

/* Valgrind's first line for each api. */
static const char *const first_lines[LTF_API_COUNT] = {[LTF_API_MALLOC] = "fun:malloc",
	[LTF_API_CALLOC] = "fun:calloc",
	[LTF_API_REALLOC] = "fun:realloc",
	[LTF_API_MEMALIGN] = "fun:memalign",
	[LTF_API_NEW] = "fun:_Znw*",
	[LTF_API_NEW_ARRAY] = "fun:_Zna*"};

static void add_line(struct lr_new_rule *r, char *line)
{
	LR_GROW(r->lines, r->used, r->room);
	r->lines[r->used++] = line;
}

static void clear(struct lr_new_rule *r)
{
	for (size_t i = 0; i < r->used; i++)
		free(r->lines[i]);
	free(r->lines);
	free(r->title);
	free(r->kinds);
}

/* A text of a dump or an object can hold anything; in a file of rules a line is a line. */
static bool is_plain(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return text != NULL;
}

static char *line_for(const struct lr_rule_frame *f, bool near)
{
	const char *name = f->symbol ? f->symbol : f->function;
	if (!near && is_plain(name) && *name && *name != ' ' && name[strlen(name) - 1] != ' ')
		return lr_format("fun:%s", name);
	return lr_format("obj:%s", is_plain(f->module) && *f->module ? f->module : "*");
}

/* One frame's lines, innermost inlined function first. True at main. */
static bool add_frame(
	struct lr_new_rule *r, struct lr_names *names, uint32_t frame, size_t max, bool *known)
{
	size_t n;
	bool main = false;
	const struct lr_location *at = lr_names_at(names, frame, &n);
	for (size_t i = 0; i < n && r->used < max; i++) {
		struct lr_rule_frame f = {
			.function = at[i].function, .symbol = at[i].symbol, .module = at[i].module};
		char *line = line_for(&f, at[i].nearest);
		*known |= strcmp(line, "obj:*") != 0;
		main |= strcmp(line, "fun:main") == 0;
		add_line(r, line);
	}
	return main;
}

static bool make_entry(struct lr_new_rule *r, const struct lr_model *m, struct lr_names *names,
	uint32_t site, unsigned api, size_t max)
{
	bool known = false, done = false;
	add_line(r, lr_strdup(api < LTF_API_COUNT && first_lines[api] ? first_lines[api] : "..."));
	if (api == LTF_API_MEMALIGN) /* which calls that there */
		add_line(r, lr_strdup("fun:*align*"));
	for (uint32_t f = site; f && !done && r->used < max; f = m->frames[f].parent)
		done = add_frame(r, names, f, max, &known);
	return known;
}

/* What means something else in a pattern becomes a *. */
static char *pattern_for(const char *function)
{
	char *text = lr_format("leak:^%s$", function);
	for (char *p = text + strlen("leak:^"); p[1]; p++)
		if (*p == '$' || *p == '^')
			*p = '*';
	return text;
}

static bool make_line(
	struct lr_new_rule *r, const struct lr_model *m, struct lr_names *names, uint32_t site)
{
	size_t n;
	uint32_t frame = lr_site_frame(m, names, site);
	if (!frame)
		return false;
	const struct lr_location *at = lr_names_at(names, frame, &n);
	if (at[n - 1].function && !at[n - 1].nearest && is_plain(at[n - 1].function))
		add_line(r, pattern_for(at[n - 1].function));
	else if (is_plain(at[n - 1].module) && *at[n - 1].module)
		add_line(r, lr_format("leak:%s", at[n - 1].module));
	return r->used > 0;
}

static bool is_same(const struct lr_new_rule *a, const struct lr_new_rule *b)
{
	if (a->used != b->used)
		return false;
	for (size_t i = a->used; i-- > 0;)
		if (strcmp(a->lines[i], b->lines[i]) != 0)
			return false;
	return true;
}

/* One that is there already is for this, too. */
static void keep(struct lr_new_rules *to, struct lr_new_rule *r)
{
	for (size_t i = 0; i < to->used; i++)
		if (is_same(&to->rules[i], r)) {
			to->rules[i].set |= r->set;
			to->rules[i].sum.blocks += r->sum.blocks;
			to->rules[i].sum.bytes += r->sum.bytes;
			clear(r);
			return;
		}
	LR_GROW(to->rules, to->used, to->room);
	to->rules[to->used++] = *r;
}

static void add_row(struct lr_new_rules *to, const struct lr_model *m, struct lr_names *names,
	struct lr_suppressor *x, const struct lr_leak_row *row, size_t max)
{
	unsigned apis = lr_suppressor_apis(x, row->frame);
	if (to->form == LR_RULES_LSAN || !apis)
		apis = 1U << LTF_API_COUNT;
	for (unsigned api = 0; api <= LTF_API_COUNT; api++) {
		struct lr_new_rule r = {.set = 1U << row->class, .sum = row->sum};
		if (!(apis >> api & 1))
			continue;
		bool made = to->form == LR_RULES_LSAN
				    ? make_line(&r, m, names, row->frame)
				    : make_entry(&r, m, names, row->frame, api, max);
		if (made) {
			keep(to, &r);
		} else {
			clear(&r);
			to->unnamed++;
		}
	}
}

static bool is_meant(const struct lr_model *m, struct lr_names *names, uint32_t frame,
	char *const *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (lr_site_matches(m, names, frame, patterns[i], true))
			return true;
	return count == 0;
}

/* What it is for, and which verdicts. */
static void name(struct lr_new_rule *r, enum lr_rule_form form)
{
	static const enum lr_leak_class known[] = {
		LR_LEAK_DEFINITE, LR_LEAK_INDIRECT, LR_LEAK_POSSIBLE, LR_LEAK_REACHABLE};
	char *amount = lr_leak_amount(&r->sum), kinds[64] = "";
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (r->set >> known[i] & 1) {
			strcat(kinds, *kinds ? "," : "");
			strcat(kinds, lr_leak_keys[known[i]]);
		}
	r->title = lr_format("leaktrace: %s, %s", amount, kinds);
	if (form == LR_RULES_VALGRIND)
		r->kinds = lr_strdup(kinds);
	free(amount);
}

struct lr_new_rules *lr_rules_for(const struct lr_model *m, struct lr_names *names,
	struct lr_suppressor *x, const struct lr_leaks *leaks, enum lr_rule_form form,
	char *const *patterns, size_t count, size_t stack_max)
{
	struct lr_new_rules *to = lr_calloc(1, sizeof(*to));
	const unsigned all = 1U << LR_LEAK_DEFINITE | 1U << LR_LEAK_INDIRECT |
			     1U << LR_LEAK_POSSIBLE | 1U << LR_LEAK_REACHABLE;
	size_t max = stack_max < LINES_MAX ? stack_max + 1 : LINES_MAX;
	to->form = form;
	for (size_t i = 0; i < leaks->used; i++) {
		const struct lr_leak_row *row = &leaks->rows[i];
		if ((all >> row->class & 1) && is_meant(m, names, row->frame, patterns, count))
			add_row(to, m, names, x, row, max);
	}
	for (size_t i = 0; i < to->used; i++)
		name(&to->rules[i], form);
	return to;
}

void lr_new_rules_free(struct lr_new_rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->used; i++)
		clear(&r->rules[i]);
	free(r->rules);
	free(r);
}
