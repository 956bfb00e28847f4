/* A mapping is pieces that do not overlap: an munmap may take out of the middle, an mremap moves a
 * part. Each piece is an entry of its own of what is open, by its start; what they come from counts
 * as open as long as there is one, wherever it is. */
#include "tools/replay_parts.h"

#include <stdlib.h>
#include "tools/util/mem.h"

#define FREE UINT32_MAX /* a number that counts no pieces */

static void keep(struct lr_replay *r, const struct lr_open_entry *e)
{
	if (e)
		lr_sorted_put(&r->mappings.at, e->res.handle, (uint32_t)(e - r->opens.list));
}

/* The lowest piece that ends behind `start` and begins before `end`; NULL: there is none. */
struct lr_open_entry *lr_pieces_first(struct lr_replay *r, uint64_t start, uint64_t end)
{
	uint32_t i;
	if (lr_sorted_below(&r->mappings.at, start, &i) && lr_piece_end(&r->opens.list[i]) > start)
		return &r->opens.list[i];
	if (lr_sorted_above(&r->mappings.at, start, &i) && r->opens.list[i].res.handle < end)
		return &r->opens.list[i];
	return NULL;
}

/* From now on it is in pieces, which are counted. */
static void begin_pieces(struct lr_replay *r, struct lr_open_entry *e)
{
	struct lr_mappings *m = &r->mappings;
	if (e->res.mapping.piece_of)
		return;
	if (m->free_used) {
		e->res.mapping.piece_of = m->free[--m->free_used];
	} else {
		LR_GROW(m->pieces, m->pieces_used, m->pieces_room);
		e->res.mapping.piece_of = (uint32_t)++m->pieces_used;
	}
	m->pieces[e->res.mapping.piece_of - 1] = 1;
}

/* There are no more pieces, and none comes back. */
static void end_pieces(struct lr_replay *r, uint32_t number)
{
	struct lr_mappings *m = &r->mappings;
	if (!number || m->pieces[number - 1])
		return;
	m->pieces[number - 1] = FREE;
	LR_GROW(m->free, m->free_used, m->free_room);
	m->free[m->free_used++] = number;
}

static bool has_pieces(const struct lr_replay *r, const struct lr_open_entry *e)
{
	uint32_t n = e->res.mapping.piece_of ? r->mappings.pieces[e->res.mapping.piece_of - 1] : 0;
	return n && n != FREE;
}

/* A further piece of what e is a piece of. */
static void add_piece(
	struct lr_replay *r, const struct lr_open_entry *e, uint64_t start, uint64_t length)
{
	struct lr_mappings *m = &r->mappings;
	struct lr_open_entry copy = *e;
	struct lr_resources *res = &r->tally->resources;
	if (copy.cell != LR_NO_CELL)
		lr_resources_gone(res, copy.cell, 0, LR_GONE_ON);
	struct lr_open_entry *at = lr_open_part(r, &copy, start, length);
	if (at)
		m->pieces[copy.res.mapping.piece_of - 1]++;
	else if (copy.cell != LR_NO_CELL)
		lr_resources_opened(res, copy.cell, 0, copy.res.created, false);
	keep(r, at);
}

/* The piece goes. The last one's going is that of the mapping. */
static void remove_piece(
	struct lr_replay *r, struct lr_open_entry *e, enum lr_gone how, uint32_t site)
{
	lr_sorted_remove(&r->mappings.at, e->res.handle);
	if (e->res.mapping.piece_of)
		r->mappings.pieces[e->res.mapping.piece_of - 1]--;
	if (has_pieces(r, e) && e->cell != LR_NO_CELL) {
		lr_resources_gone(&r->tally->resources, e->cell, e->res.length, LR_GONE_ON);
		lr_resources_opened(&r->tally->resources, e->cell, 0, e->res.created, false);
		e->cell = LR_NO_CELL;
	}
	lr_open_remove(r, e, how, site);
}

static void move_piece(
	struct lr_replay *r, struct lr_open_entry *e, uint64_t start, uint64_t length)
{
	lr_sorted_remove(&r->mappings.at, e->res.handle);
	lr_open_change(r, e, start, length);
	keep(r, e);
}

static void note_taken(
	struct lr_mapping_taken *t, const struct lr_open_entry *e, uint64_t start, uint64_t end)
{
	if (!t)
		return;
	LR_GROW(t->list, t->used, t->room);
	t->list[t->used] = *e;
	t->list[t->used].res.handle = start;
	t->list[t->used++].res.length = end - start;
}

/* The piece is on its way: it counts as one, but lies nowhere. */
static void lift_piece(struct lr_replay *r, struct lr_open_entry *e)
{
	lr_sorted_remove(&r->mappings.at, e->res.handle);
	if (e->cell != LR_NO_CELL) {
		lr_resources_gone(&r->tally->resources, e->cell, e->res.length, LR_GONE_ON);
		lr_resources_opened(&r->tally->resources, e->cell, 0, e->res.created, false);
	}
	e->cell = LR_NO_CELL;
	lr_open_remove(r, e, LR_GONE_ON, LTF_SITE_NONE);
}

/* Takes [start, end) off the piece, of which something stays. */
static void cut_piece(struct lr_replay *r, struct lr_open_entry *e, uint64_t start, uint64_t end)
{
	uint64_t from = e->res.handle, to = lr_piece_end(e);
	if (from >= start) {
		move_piece(r, e, end, to - end);
		return;
	}
	move_piece(r, e, from, start - from);
	if (to > end)
		add_piece(r, e, end, to - end);
}

/* Takes [start, end) out of what is open: GONE_ON lifts it. taken: notes what it was; NULL: not.
 * False: there was nothing. */
bool lr_pieces_take(struct lr_replay *r, uint64_t start, uint64_t end, enum lr_gone how,
	uint32_t site, struct lr_mapping_taken *taken)
{
	struct lr_open_entry *e;
	bool any = false;
	while (start < end && (e = lr_pieces_first(r, start, end))) {
		uint64_t from = e->res.handle, to = lr_piece_end(e);
		bool whole = from >= start && to <= end;
		any = true;
		if (!whole || how == LR_GONE_ON)
			begin_pieces(r, e);
		uint32_t number = e->res.mapping.piece_of;
		note_taken(taken, e, from > start ? from : start, to < end ? to : end);
		if (!whole && how == LR_GONE_ON)
			r->mappings.pieces[number - 1]++;
		if (!whole)
			cut_piece(r, e, start, end);
		else if (how == LR_GONE_ON)
			lift_piece(r, e);
		else
			remove_piece(r, e, how, site);
		if (!taken)
			end_pieces(r, number);
	}
	return any;
}

/* What has been taken out does not come back. */
void lr_pieces_forget(struct lr_replay *r, struct lr_mapping_taken *t)
{
	for (size_t i = 0; i < t->used; i++)
		end_pieces(r, t->list[i].res.mapping.piece_of);
	t->used = 0;
	t->announced = false;
}

struct lr_mapping_taken *lr_pieces_taken(struct lr_replay *r, uint32_t thread, uint64_t at)
{
	struct lr_mappings *m = &r->mappings;
	while (m->taken_used <= thread) {
		LR_GROW(m->taken, m->taken_used, m->taken_room);
		m->taken[m->taken_used++] = (struct lr_mapping_taken){0};
	}
	lr_pieces_forget(r, &m->taken[thread]);
	m->taken[thread].at = at;
	return &m->taken[thread];
}

struct lr_open_entry *lr_pieces_create(struct lr_replay *r, unsigned kind, uint64_t start,
	uint64_t length, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e =
		length ? lr_open_create(r, kind, start, length, thread, ev) : NULL;
	keep(r, e);
	return e;
}

/* What is in the way was replaced, if the call has asked for this very place; else how it went is
 * not known. */
void lr_pieces_make_room(struct lr_replay *r, uint64_t start, uint64_t length, bool asked,
	const struct ltf_event *ev)
{
	lr_pieces_take(r, start, lr_piece_behind(start, length),
		asked ? LR_GONE_RELEASED : LR_GONE_LOST, asked ? ev->site : LTF_SITE_NONE, NULL);
}

/* A piece that was released is there again. */
static void put_back(struct lr_replay *r, struct lr_open_entry *e)
{
	uint64_t start = e->res.handle, length = e->res.length;
	lr_pieces_make_room(r, start, length, false, NULL);
	if (has_pieces(r, e)) {
		add_piece(r, e, start, length);
		return;
	}
	if (e->res.mapping.piece_of && r->mappings.pieces[e->res.mapping.piece_of - 1] == FREE)
		e->res.mapping.piece_of = 0;
	if (e->cell != LR_NO_CELL)
		lr_resources_not_gone(&r->tally->resources, e->cell);
	if (e->res.mapping.piece_of)
		r->mappings.pieces[e->res.mapping.piece_of - 1] = 1;
	keep(r, lr_open_part(r, e, start, length));
}

/* A piece that was lifted lies there now. */
void lr_pieces_put_down(
	struct lr_replay *r, const struct lr_open_entry *e, uint64_t start, uint64_t length)
{
	lr_pieces_make_room(r, start, length, false, NULL);
	add_piece(r, e, start, length);
	r->mappings.pieces[e->res.mapping.piece_of - 1]--;
}

void lr_pieces_put_back(struct lr_replay *r, struct lr_mapping_taken *t)
{
	for (size_t i = 0; i < t->used; i++)
		if (t->announced)
			lr_pieces_put_down(
				r, &t->list[i], t->list[i].res.handle, t->list[i].res.length);
		else
			put_back(r, &t->list[i]);
	lr_pieces_forget(r, t);
}

/* A piece that was lifted lies nowhere any more. */
void lr_pieces_let_go(struct lr_replay *r, const struct lr_open_entry *e)
{
	if (--r->mappings.pieces[e->res.mapping.piece_of - 1] == 0 && e->cell != LR_NO_CELL)
		lr_resources_gone(&r->tally->resources, e->cell, 0, LR_GONE_RELEASED);
}

uint64_t lr_replay_mapped(struct lr_replay *r, uint64_t start, uint64_t length)
{
	uint64_t sum = 0, end = lr_piece_behind(start, length);
	const struct lr_open_entry *e;
	for (uint64_t at = start; at < end && (e = lr_pieces_first(r, at, end));
		at = lr_piece_end(e)) {
		uint64_t from = e->res.handle > start ? e->res.handle : start;
		if (e->res.kind == LR_RES_MAPPING)
			sum += (lr_piece_end(e) < end ? lr_piece_end(e) : end) - from;
	}
	return sum;
}

void lr_replay_mappings_finish(struct lr_replay *r)
{
	struct lr_mappings *m = &r->mappings;
	for (size_t i = 0; i < m->taken_used; i++)
		if (m->taken[i].announced)
			lr_pieces_put_back(r, &m->taken[i]);
}

void lr_replay_mappings_free(struct lr_mappings *m)
{
	for (size_t i = 0; i < m->taken_used; i++)
		free(m->taken[i].list);
	free(m->taken);
	free(m->pieces);
	free(m->free);
	lr_sorted_free(&m->at);
}
