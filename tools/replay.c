/* A block is known by its address from its allocation to its release. A realloc lifts its block out
 * between its two halves, so that another thread may be handed the address meanwhile; a stack per
 * thread holds what is lifted, because a signal handler's realloc may stand within another. */
#include "tools/replay.h"

#include <stdlib.h>
#include "tools/replay_parts.h"
#include "tools/util/mem.h"

enum { OPEN_MAX = 1 << 12, SLOTS_AHEAD = 16, CELLS_AHEAD = 6 };
enum { PAGE = 4096, MAPPED_LEAST = 128 << 10 };
#define NOT_COUNTED UINT32_MAX /* the cell of blocks that the selection leaves out */

struct lr_replay_thread *lr_replay_thread(struct lr_replay *r, uint32_t thread)
{
	while (r->threads_used <= thread) {
		LR_GROW(r->threads, r->threads_used, r->threads_room);
		r->threads[r->threads_used] = (struct lr_replay_thread){.cell = UINT32_MAX};
		lr_replay_thread_part(r, (uint32_t)r->threads_used++, 0);
	}
	return &r->threads[thread];
}

static uint32_t ticks(uint64_t time)
{
	uint64_t t = time / LR_LIVE_TICK;
	return t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

static uint64_t lifetime(const struct lr_block *b, uint64_t now)
{
	uint32_t t = ticks(now);
	return t > b->time ? (uint64_t)(t - b->time) * LR_LIVE_TICK : 0;
}

static bool selected(const struct lr_selection *s, uint64_t size, uint64_t time)
{
	return size >= s->min_size && size <= s->max_size && time >= s->from && time < s->to;
}

static uint32_t cell_for(struct lr_replay *r, struct lr_replay_thread *t, uint32_t site)
{
	if (t->cell == UINT32_MAX || t->site != site) {
		t->cell = lr_tally_cell(r->tally, site, t->part);
		t->site = site;
	}
	return t->cell;
}

static void count_not_found(struct lr_replay *r)
{
	if (r->inherits)
		r->tally->missed.frees_of_inherited++;
	else
		r->tally->missed.frees_of_unknown++;
}

static void not_found(struct lr_replay *r, uint64_t addr)
{
	lr_watch_add(&r->tally->suspects, addr);
	count_not_found(r);
}

/* True when the block is the latest allocation of this very thread. */
static bool is_temporary(
	const struct lr_replay_thread *t, uint32_t thread, const struct lr_block *b)
{
	uint64_t addr = b->key >> LR_LIVE_THREAD_BITS << 3;
	return t->last_alloc == addr && b->key == lr_block_key(addr, thread);
}

static void count_free(struct lr_replay *r, uint32_t thread, bool temporary)
{
	struct lr_tally_thread *th = &r->tally->threads[thread];
	th->frees++;
	th->temporary += temporary;
}

static void free_event(struct lr_replay *r, uint32_t thread, const struct ltf_plain *ev)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	struct lr_block b;
	if (!lr_live_take(&r->live, ev->addr, &b)) {
		not_found(r, ev->addr);
		return;
	}
	bool temporary = is_temporary(t, thread, &b);
	if (temporary)
		t->last_alloc = 0;
	if (b.cell == NOT_COUNTED)
		return;
	if (__builtin_expect(r->in_regions.used != 0, 0))
		lr_replay_region_freed(r, &b, lr_replay_region_take(r, ev->addr));
	if (__builtin_expect(lr_family_of(b.api) != lr_family_of(ev->api), 0))
		lr_replay_mismatch(r, &b, ev, t->time);
	count_free(r, thread, temporary);
	if (ev->site != LTF_SITE_NONE)
		lr_tally_release(r->tally, b.cell, ev->site);
	lr_tally_free_block(r->tally, b.cell, b.size, lifetime(&b, t->time), temporary);
}

static void release_event(struct lr_replay *r, uint32_t thread, const struct ltf_plain *ev)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	struct lr_open_release o = {0};
	if (t->open_used >= OPEN_MAX) { /* no program nests like that */
		r->tally->missed.over_limit++;
		free_event(r, thread, ev);
		return;
	}
	if (lr_live_take(&r->live, ev->addr, &o.block)) {
		o.temporary = is_temporary(t, thread, &o.block);
		if (o.block.cell != NOT_COUNTED) {
			o.made = lr_replay_region_take(r, ev->addr);
			lr_tally_lift(r->tally, o.block.cell, o.block.size);
			if (lr_family_of(o.block.api) != LR_FAMILY_C)
				lr_replay_mismatch(r, &o.block, ev, t->time);
		}
	} else {
		lr_watch_add(&r->tally->suspects, ev->addr);
	}
	LR_GROW(t->open, t->open_used, t->open_room);
	t->open[t->open_used++] = o;
}

static void put_block(struct lr_replay *r, const struct lr_block *b)
{
	struct lr_block old;
	if (!lr_live_put(&r->live, b, &old))
		return;
	r->tally->missed.overlaps++;
	lr_replay_region_freed(
		r, &old, lr_replay_region_take(r, old.key >> LR_LIVE_THREAD_BITS << 3));
	if (old.cell != NOT_COUNTED)
		lr_tally_lose_block(r->tally, old.cell, old.size);
}

static void put_back(struct lr_replay *r, const struct lr_open_release *o, uint64_t time)
{
	if (o->block.key == 0)
		return;
	put_block(r, &o->block);
	if (o->block.cell == NOT_COUNTED)
		return;
	lr_tally_put_back(r->tally, o->block.cell, o->block.size, time);
	if (o->made)
		lr_replay_region_put_back(r, &o->block, o->made);
}

/* The realloc has succeeded: its old block is freed. */
static struct lr_block close_release(struct lr_replay *r, uint32_t thread)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	if (t->open_used == 0)
		return (struct lr_block){0};
	const struct lr_open_release *o = &t->open[--t->open_used];
	r->tally->reallocations++;
	if (o->block.key == 0) {
		count_not_found(r);
	} else if (o->block.cell != NOT_COUNTED) {
		count_free(r, thread, o->temporary);
		lr_replay_region_freed(r, &o->block, o->made);
		lr_tally_free_lifted(r->tally, o->block.cell, o->block.size,
			lifetime(&o->block, t->time), o->temporary);
	}
	return o->block;
}

/* glibc has had the kernel map the block by itself: it stands behind its two words at a page's
 * beginning. A realloc of such a block moves the pages. */
static bool is_mapped(uint64_t addr, uint64_t size)
{
	return size >= MAPPED_LEAST && addr % PAGE == 16;
}

static void count_churn(
	struct lr_tally *t, const struct lr_block *b, const struct lr_block *old, uint64_t addr)
{
	if (!old->key) {
		lr_tally_append(t, b->cell, b->size, is_mapped(addr, b->size));
		return;
	}
	uint64_t from = old->key >> LR_LIVE_THREAD_BITS << 3;
	bool copied = from != addr && !(is_mapped(from, old->size) && is_mapped(addr, b->size));
	lr_tally_realloc(t, b->cell, old->size, b->size, copied);
}

static void alloc_event(struct lr_replay *r, uint32_t thread, const struct ltf_plain *ev)
{
	struct lr_tally *tally = r->tally;
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	struct lr_block old = {0};
	if (ev->api == LTF_API_REALLOC)
		old = close_release(r, thread);
	if (ev->addr == 0) {
		tally->missed.damaged_events++;
		return;
	}
	struct lr_block b = {.key = lr_block_key(ev->addr, thread),
		.size = ev->size,
		.api = ev->api & 15,
		.cell = NOT_COUNTED,
		.time = ticks(t->time)};
	bool counted = selected(&tally->selection, ev->size, t->time);
	if (counted)
		b.cell = cell_for(r, t, ev->site);
	t->last_alloc = ev->addr;
	if (r->live.used < tally->limits->live_blocks)
		put_block(r, &b);
	else
		tally->missed.over_limit++;
	if (!counted)
		return;
	if (ev->api < LTF_API_COUNT) {
		tally->api[ev->api]++;
		tally->cells[b.cell].apis |= (uint8_t)(1 << ev->api);
	}
	tally->threads[thread].allocations++;
	tally->threads[thread].allocated_bytes += ev->size;
	count_churn(tally, &b, &old, ev->addr);
	if (__builtin_expect(t->regions_used != 0, 0))
		lr_replay_region_made(r, thread, ev->addr, ev->size);
	lr_tally_alloc(tally, b.cell, ev->size, t->time);
}

static void restore_event(struct lr_replay *r, uint32_t thread)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	if (t->open_used > 0)
		put_back(r, &t->open[--t->open_used], t->time);
	else
		r->tally->missed.damaged_events++;
}

static void time_event(struct lr_replay *r, uint32_t thread, uint64_t time)
{
	struct lr_tally_thread *th = &r->tally->threads[thread];
	lr_replay_thread(r, thread)->time = time;
	if (time < th->first)
		th->first = time;
	if (time > th->last)
		th->last = time;
	lr_tally_time(r->tally, time);
}

/* Where the event will count, most probably. */
static inline void fetch_cell(const struct lr_replay *r, const struct ltf_plain *ev)
{
	uint32_t cell = ev->tag == LTF_W_ALLOC ? lr_tally_known_cell(r->tally, ev->site)
					       : lr_live_cell(&r->live, ev->addr);
	if (cell < r->tally->cells_used) {
		__builtin_prefetch(&r->tally->cells[cell], 1);
		__builtin_prefetch((const char *)&r->tally->cells[cell + 1] - 1, 1);
	}
}

static inline void apply_one(struct lr_replay *r, uint32_t thread, const struct ltf_plain *ev)
{
	if (__builtin_expect(r->watch != NULL, 0))
		lr_replay_watch(r, thread, ev);
	switch (ev->tag) {
	case LTF_W_ALLOC:
		alloc_event(r, thread, ev);
		break;
	case LTF_W_FREE:
		free_event(r, thread, ev);
		break;
	case LTF_W_RELEASE:
		release_event(r, thread, ev);
		break;
	case LTF_W_RESTORE:
		restore_event(r, thread);
		break;
	case LTF_W_TIME:
		time_event(r, thread, ev->size);
		break;
	default:
		r->tally->missed.unknown_events++;
	}
}

/* The time goes into waiting for memory: for the slot of the block, then for the counters of its
 * cell. So both are asked for some events ahead. */
static void apply(void *ctx, uint32_t thread, const struct ltf_plain *ev, uint32_t n)
{
	struct lr_replay *r = ctx;
	for (uint32_t i = 0; i < n && i < SLOTS_AHEAD; i++)
		lr_live_fetch(&r->live, ev[i].addr);
	for (uint32_t i = 0; i < n; i++) {
		if (i + SLOTS_AHEAD < n)
			lr_live_fetch(&r->live, ev[i + SLOTS_AHEAD].addr);
		if (i + CELLS_AHEAD < n)
			fetch_cell(r, &ev[i + CELLS_AHEAD]);
		apply_one(r, thread, &ev[i]);
	}
}

static void resource(void *ctx, uint32_t thread, const struct ltf_event *ev)
{
	lr_replay_resource(ctx, thread, ev);
}

static void define(void *ctx, uint32_t thread, const struct ltf_event *ev, uint64_t time)
{
	struct lr_replay *r = ctx;
	if (thread == 0) /* the tracer's notes carry no time */
		time = r->tally->now;
	if (ev->tag == LTF_W_NODE)
		lr_tally_node(r->tally, ev);
	else
		lr_tally_blob(r->tally, ev, time);
}

static uint32_t thread_index(void *ctx, uint32_t id)
{
	struct lr_replay *r = ctx;
	return lr_tally_thread(r->tally, id);
}

struct lr_replay *lr_replay_new(struct lr_tally *tally, uint32_t origin)
{
	struct lr_replay *r = lr_calloc(1, sizeof(*r));
	struct lr_order_sink sink = {.thread = thread_index,
		.define = define,
		.apply = apply,
		.resource = resource,
		.ctx = r};
	r->tally = tally;
	r->inherits = origin == LTF_ORIGIN_FORK;
	r->order = lr_order_new(&sink, tally->limits->pending);
	return r;
}

void lr_replay_free(struct lr_replay *r)
{
	if (!r)
		return;
	lr_order_free(r->order);
	lr_live_free(&r->live);
	lr_replay_regions_free(r);
	for (size_t i = 0; i < r->threads_used; i++)
		free(r->threads[i].open);
	free(r->threads);
	lr_opens_free(&r->opens);
	lr_fd_pasts_free(&r->fd_pasts);
	lr_replay_mappings_free(&r->mappings);
	free(r);
}

void lr_replay_run(struct lr_replay *r, struct lr_run *run)
{
	lr_order_run(r->order, run);
}

/* A realloc that was under way at the end: its block is live, unless the real one had already moved
 * it, which shows when another thread was given the address. */
static void end_release(struct lr_replay *r, uint32_t thread)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	const struct lr_open_release *o = &t->open[t->open_used - 1];
	r->tally->missed.open_reallocs++;
	if (o->block.key && lr_live_has(&r->live, o->block.key >> LR_LIVE_THREAD_BITS << 3)) {
		close_release(r, thread);
	} else {
		t->open_used--;
		put_back(r, o, t->time);
	}
}

void lr_replay_finish(struct lr_replay *r)
{
	lr_order_finish(r->order);
	lr_replay_mappings_finish(r);
	for (uint32_t i = 0; i < r->threads_used; i++)
		while (r->threads[i].open_used > 0)
			end_release(r, i);
	lr_replay_regions_finish(r);
	const struct lr_order_status *o = lr_order_status(r->order);
	r->tally->missed.gaps += o->gaps;
	r->tally->missed.disordered += o->disordered;
	lr_tally_finish(r->tally);
}

void lr_replay_source(struct lr_source *s, struct lr_tally *tally,
	void (*progress)(void *ctx, const struct lr_source *s), void *ctx)
{
	struct lr_replay *r = lr_replay_new(tally, lr_source_header(s)->origin);
	struct lr_run run;
	const struct lr_scans *scans = lr_source_scans(s);
	for (unsigned n = 0; lr_source_next(s, &run) > 0; n++) {
		if (scans->used != r->scans_noted)
			lr_replay_note_scans(r, scans);
		lr_replay_run(r, &run);
		if (progress && n % 1024 == 0)
			progress(ctx, s);
	}
	lr_replay_finish(r);
	lr_replay_note_scans(r, scans);
	lr_open_note(r, NULL, true);
	lr_replay_free(r);
}
