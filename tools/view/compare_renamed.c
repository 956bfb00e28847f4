/* Functions that have other names now. A function's new name is one that no path had before, its
 * old one is in none any more; so in each path such lines are put as "some function of that
 * module", and paths that are then the same are held beside each other. Each such pair is a vote
 * for its functions; a function is another's new name if most votes say so, for both of them, and
 * the counts are alike. Then what has these functions in its path is joined, whatever else is in
 * it.
 *
 * Offsets of functions without names are treated as names: they move with every build. */
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/compare_parts.h"

enum { WILD_MAX = 8 }; /* lines of a path that may be of other names */
/* Counts may differ by these factors: where one pair of sites is all there is, and where there are
 * several, or callees, too. */
enum { LIKE_ONE = 2, LIKE_MORE = 8 };

struct vote {
	uint32_t line[2];      /* before, after */
	uint64_t pairs, inner; /* inner: of these with functions further in */
	uint64_t exact;        /* of these with the same counts */
	uint64_t allocations[2];
};

struct voting {
	struct vote *votes;
	size_t used, room;
	struct lr_map of; /* both lines */
};

static bool is_nameless(const struct lr_measure *m, uint32_t line)
{
	return lr_measured_is_nameless(lr_measure_text_of(m, m->build->lines[line - 1].function));
}

/* What a line counts as: itself, in terms of before, or some function of its module. */
static uint64_t token(const struct lr_joining *j, int side, uint32_t line)
{
	const struct lr_measure *m = j->of[side];
	if (!lr_joining_lacks(j, side, line))
		return side == LR_AFTER ? j->lines[line] : line;
	uint32_t module = m->build->lines[line - 1].module;
	uint64_t wild = 2 + (uint64_t)is_nameless(m, line);
	return wild << 32 | (side == LR_AFTER ? j->modules[module] : module);
}

/* By sites: a hash of the tokens of the path; 0: no candidate. Of a tree, outer ones first. */
static uint64_t *make_keys(const struct lr_joining *j, int side)
{
	const struct lr_measure *m = j->of[side];
	uint64_t *hash = lr_calloc(m->build->nodes_used + 1, sizeof(*hash));
	uint64_t *keys = lr_calloc(m->sites_used, sizeof(*keys));
	uint8_t *wild = lr_calloc(m->build->nodes_used + 1, 1);
	for (uint32_t i = 1; i <= m->build->nodes_used; i++) {
		const struct lr_measure_node *n = lr_measure_node_at(m, i);
		hash[i] = lr_hash_mix(n->outer ? hash[n->outer] : 1, token(j, side, n->line));
		wild[i] = wild[n->outer];
		if (lr_joining_lacks(j, side, n->line) && wild[i] <= WILD_MAX)
			wild[i]++;
		if (n->site && wild[i] && wild[i] <= WILD_MAX &&
			lr_joining_is_open(j, side, n->site - 1))
			keys[n->site - 1] = hash[i] | 1;
	}
	free(hash);
	free(wild);
	return keys;
}

static void vote(struct lr_joining *j, void *ctx, uint32_t before, uint32_t after)
{
	struct voting *w = ctx;
	const struct lr_measure_node *a = lr_joining_node(j, LR_BEFORE, before),
				     *b = lr_joining_node(j, LR_AFTER, after);
	const struct lr_values *va = &j->values[LR_BEFORE][before],
			       *vb = &j->values[LR_AFTER][after];
	bool inner = false;
	for (; a && b; a = lr_measure_node_at(j->of[LR_BEFORE], a->outer),
		       b = lr_measure_node_at(j->of[LR_AFTER], b->outer)) {
		bool fresh;
		if (lr_joining_lacks(j, LR_BEFORE, a->line) !=
			lr_joining_lacks(j, LR_AFTER, b->line))
			return; /* two paths with one hash */
		if (!lr_joining_lacks(j, LR_AFTER, b->line)) {
			inner |= !b->frame.passes_on;
			continue;
		}
		uint32_t *at = lr_map_put(&w->of, (uint64_t)a->line << 32 | b->line, &fresh);
		if (fresh) {
			*at = (uint32_t)w->used;
			LR_GROW(w->votes, w->used, w->room);
			w->votes[w->used++] = (struct vote){.line = {a->line, b->line}};
		}
		struct vote *v = &w->votes[*at];
		v->pairs++;
		v->inner += inner;
		v->exact += va->of[LR_METRIC_ALLOCATIONS] == vb->of[LR_METRIC_ALLOCATIONS] &&
			    va->of[LR_METRIC_BYTES] == vb->of[LR_METRIC_BYTES];
		v->allocations[0] += va->of[LR_METRIC_ALLOCATIONS];
		v->allocations[1] += vb->of[LR_METRIC_ALLOCATIONS];
	}
}

static bool within(uint64_t a, uint64_t b, uint64_t factor)
{
	return a / factor <= b && b / factor <= a;
}

static bool are_alike(const struct vote *v)
{
	bool more = v->pairs > 1 || v->inner;
	return within(v->allocations[0], v->allocations[1], more ? LIKE_MORE : LIKE_ONE);
}

static uint64_t strength(const struct vote *v)
{
	return 2 * v->pairs + v->exact;
}

/* By lines of a side: the strongest vote plus 1; 0 where there are several. */
static uint32_t *strongest(const struct voting *w, int side, size_t lines)
{
	uint32_t *best = lr_calloc(lines + 1, sizeof(*best));
	uint64_t *most = lr_calloc(lines + 1, sizeof(*most));
	for (size_t i = 0; i < w->used; i++) {
		uint32_t line = w->votes[i].line[side];
		uint64_t s = strength(&w->votes[i]);
		if (s < most[line])
			continue;
		best[line] = s > most[line] ? (uint32_t)i + 1 : 0;
		most[line] = s;
	}
	free(most);
	return best;
}

static void accept(struct lr_joining *j, const struct vote *v, uint32_t *name)
{
	const struct lr_measure *a = j->of[LR_BEFORE], *b = j->of[LR_AFTER];
	struct lr_compare *c = j->c;
	j->lines[v->line[LR_AFTER]] = v->line[LR_BEFORE];
	j->line_after[v->line[LR_BEFORE]] = v->line[LR_AFTER];
	if (is_nameless(b, v->line[LR_AFTER])) {
		name[v->line[LR_AFTER]] = UINT32_MAX;
		return;
	}
	const struct lr_measure_line *from = &a->build->lines[v->line[LR_BEFORE] - 1],
				     *to = &b->build->lines[v->line[LR_AFTER] - 1];
	LR_GROW(c->renamings, c->renamings_used, c->renamings_room);
	c->renamings[c->renamings_used++] =
		(struct lr_renaming){.from = lr_measure_text_of(a, from->function),
			.to = lr_measure_text_of(b, to->function),
			.module = lr_measure_text_of(b, to->module)};
	name[v->line[LR_AFTER]] = (uint32_t)c->renamings_used;
}

/* Those that were joined by it are told which function of theirs it was: the innermost. name: by
 * lines of after, index in renamings plus 1, or UINT32_MAX. */
static void tell_names(struct lr_joining *j, const uint32_t *name)
{
	struct lr_compare *c = j->c;
	for (uint32_t i = 0; i < j->of[LR_AFTER]->sites_used; i++) {
		struct lr_joined *s = &j->joined[i];
		if (s->join != LR_JOIN_RENAMED)
			continue;
		for (const struct lr_measure_node *n = lr_joining_node(j, LR_AFTER, i); n;
			n = lr_measure_node_at(j->of[LR_AFTER], n->outer)) {
			uint32_t at = name[n->line];
			if (!at || at == UINT32_MAX)
				continue;
			c->renamings[at - 1].sites++;
			if (!s->function)
				s->function = c->renamings[at - 1].from;
		}
		c->unnamed += !s->function;
	}
}

void lr_join_renamed(struct lr_joining *j)
{
	struct voting w = {0};
	size_t lines[2] = {j->of[LR_BEFORE]->build->lines_used, j->of[LR_AFTER]->build->lines_used};
	uint64_t *keys[2] = {make_keys(j, LR_BEFORE), make_keys(j, LR_AFTER)};
	uint32_t *name = lr_calloc(lines[LR_AFTER] + 1, sizeof(*name));
	lr_alike_pairs(j, keys, vote, &w);
	uint32_t *best[2] = {strongest(&w, LR_BEFORE, lines[LR_BEFORE]),
		strongest(&w, LR_AFTER, lines[LR_AFTER])};
	for (size_t i = 0; i < w.used; i++) {
		const struct vote *v = &w.votes[i];
		if (best[LR_BEFORE][v->line[LR_BEFORE]] == i + 1 &&
			best[LR_AFTER][v->line[LR_AFTER]] == i + 1 && are_alike(v))
			accept(j, v, name);
	}
	lr_join_paths(j, LR_JOIN_RENAMED);
	tell_names(j, name);
	for (int side = 0; side < 2; side++) {
		free(keys[side]);
		free(best[side]);
	}
	free(name);
	free(w.votes);
	lr_map_free(&w.of);
}
