#include "tools/view/table.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/match.h"

#define GROUP_NAME(name, value, text)   value,
#define SORT_NAME(name, value, counter) value,
const char *const lr_group_names[LR_GROUP_COUNT] = {LR_GROUPS(GROUP_NAME)};
const char *const lr_sort_names[LR_SORT_COUNT] = {LR_SORTS(SORT_NAME)};

/* Rows by their names, while the table is made. */
struct groups {
	struct lr_table *t;
	size_t room;
	struct lr_map of; /* frame, thread, or hash of a name -> row plus 1 */
	uint32_t *next;   /* rows of the same hash: row plus 1 */
	size_t next_room;
};

static uint64_t hash_text(const char *s)
{
	uint64_t h = lr_hash_seed();
	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 0x100000001b3ULL;
	return h;
}

static struct lr_row *new_row(struct groups *g, uint32_t *first, const char *name)
{
	struct lr_table *t = g->t;
	LR_GROW(t->rows, t->used, g->room);
	if (g->next_room < g->room) {
		g->next_room = g->room;
		g->next = lr_resize(g->next, g->next_room, sizeof(*g->next));
	}
	t->rows[t->used] = (struct lr_row){.name = name};
	g->next[t->used] = *first;
	*first = (uint32_t)++t->used;
	return &t->rows[t->used - 1];
}

static struct lr_row *row_named(struct groups *g, const char *name)
{
	uint32_t *first = lr_map_put(&g->of, hash_text(name), NULL);
	for (uint32_t i = *first; i; i = g->next[i - 1])
		if (strcmp(g->t->rows[i - 1].name, name) == 0)
			return &g->t->rows[i - 1];
	return new_row(g, first, name);
}

static struct lr_row *row_keyed(struct groups *g, uint64_t key)
{
	uint32_t *first = lr_map_put(&g->of, key, NULL);
	return *first ? &g->t->rows[*first - 1] : new_row(g, first, NULL);
}

static const char *own(struct lr_table *t, char *text)
{
	LR_GROW(t->owned, t->owned_used, t->owned_room);
	return t->owned[t->owned_used++] = text;
}

static struct lr_row *row_of(
	struct groups *g, const struct lr_model *m, struct lr_names *names, const struct lr_site *s)
{
	struct lr_row *r;
	switch (g->t->group) {
	case LR_GROUP_FUNCTION:
		return row_named(g, lr_names_function(names, s->frame));
	case LR_GROUP_FILE:
		return row_named(g, lr_names_file(names, s->frame));
	case LR_GROUP_MODULE:
		return row_named(g, lr_names_module(names, s->frame));
	case LR_GROUP_THREAD:
		r = row_keyed(g, s->thread);
		if (!r->name)
			r->name =
				s->thread
					? own(g->t, lr_thread_label(m, &m->threads[s->thread - 1]))
					: "(all threads)";
		return r;
	default:
		r = row_keyed(g, s->frame);
		r->frame = s->frame;
		return r;
	}
}

static uint64_t value_of(const struct lr_counts *c, enum lr_sort sort)
{
#define SORT_VALUE(name, value, counter) [LR_SORT_##name] = c->counter,
	const uint64_t values[LR_SORT_COUNT] = {LR_SORTS(SORT_VALUE)};
	return values[sort];
}

static int by_value(const void *pa, const void *pb)
{
	const struct lr_row *a = pa, *b = pb;
	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	if (a->counts.allocated_bytes != b->counts.allocated_bytes)
		return a->counts.allocated_bytes > b->counts.allocated_bytes ? -1 : 1;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

static double ratio(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

struct lr_line *lr_stack_lines(const struct lr_model *m, struct lr_names *names, uint32_t frame,
	size_t max, size_t *used, size_t *cut)
{
	struct lr_line *lines = NULL;
	size_t room = 0;
	*used = *cut = 0;
	for (; frame; frame = m->frames[frame].parent) {
		size_t count;
		if (*used >= max) {
			++*cut;
			continue;
		}
		const struct lr_location *at = lr_names_at(names, frame, &count);
		for (size_t i = 0; i < count; i++) {
			LR_GROW(lines, *used, room);
			lines[(*used)++] = (struct lr_line){at[i], m->frames[frame].flags};
		}
	}
	return lines;
}

size_t lr_stack_to_main(const struct lr_line *lines, size_t used, size_t *cut)
{
	for (size_t i = 0; i < used; i++) {
		const char *function = lines[i].at.function;
		bool is_main = function && strcmp(function, "main") == 0;
		if (is_main || (i && function && strcmp(function, "__libc_start_call_main") == 0)) {
			*cut = 0;
			return i + is_main;
		}
	}
	return used;
}

static void fill_rows(struct lr_table *t, const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q)
{
	uint64_t whole = value_of(&t->total, q->sort);
	for (size_t i = 0; i < t->used; i++) {
		struct lr_row *r = &t->rows[i];
		r->share = ratio(r->value, whole);
		r->temporary = ratio(r->counts.temporary, r->counts.allocations);
		if (t->group != LR_GROUP_SITE)
			continue;
		r->name = lr_names_function(names, r->frame);
		r->stack = lr_stack_lines(
			m, names, r->frame, q->stack_max, &r->stack_used, &r->stack_cut);
	}
}

static void add_held(struct lr_held *to, const struct lr_held *from)
{
	for (int i = 0; i < 2; i++) {
		to[i].blocks += from[i].blocks;
		to[i].bytes += from[i].bytes;
	}
}

static void keep_changed(struct lr_table *t)
{
	size_t to = 0;
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_held *h = t->rows[i].held;
		if (h[0].blocks == h[1].blocks && h[0].bytes == h[1].bytes)
			continue;
		t->rows[to] = t->rows[i];
		t->rows[to++].value =
			h[1].bytes > h[0].bytes ? h[1].bytes - h[0].bytes : h[0].bytes - h[1].bytes;
	}
	t->used = to;
}

struct lr_table *lr_table_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_query *q)
{
	struct lr_table *t = lr_calloc(1, sizeof(*t));
	struct groups g = {.t = t};
	struct lr_match *match = lr_match_new(m, names, q);
	t->group = q->group;
	t->sort = q->sort;
	for (size_t i = 0; i < m->sites_used; i++) {
		const struct lr_site *s = &m->sites[i];
		if (!lr_match_site(match, s))
			continue;
		struct lr_row *r = row_of(&g, m, names, s);
		lr_counts_add(&r->counts, &s->counts);
		lr_counts_add(&t->total, &s->counts);
		add_held(r->held, s->held);
		add_held(t->held, s->held);
		r->sites++;
	}
	lr_match_free(match);
	lr_map_free(&g.of);
	free(g.next);
	for (size_t i = 0; i < t->used; i++)
		t->rows[i].value = value_of(&t->rows[i].counts, q->sort);
	if (q->changed_only)
		keep_changed(t);
	if (t->used)
		qsort(t->rows, t->used, sizeof(*t->rows), by_value);
	t->all_rows = t->used;
	t->temporary = ratio(t->total.temporary, t->total.allocations);
	if (t->used > q->limit)
		t->used = q->limit;
	fill_rows(t, m, names, q);
	return t;
}

void lr_table_free(struct lr_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->used; i++)
		free(t->rows[i].stack);
	for (size_t i = 0; i < t->owned_used; i++)
		free(t->owned[i]);
	free(t->owned);
	free(t->rows);
	free(t);
}
