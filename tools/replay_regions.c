/* Regions that threads are in, each a stack, and the program's marks. Which region a block is made
 * in is told by the thread's part (cells are by site and part), so blocks outside of regions pay
 * nothing. What one entry comes to is counted here: a block belongs to the entries of its thread
 * that were begun before it was made and have not ended. */
#include "tools/replay_parts.h"

#include <stdlib.h>
#include "tools/util/mem.h"

void lr_replay_thread_part(struct lr_replay *r, uint32_t thread, uint32_t path)
{
	struct lr_tally *t = r->tally;
	struct lr_replay_thread *th = &r->threads[thread];
	uint32_t who = t->selection.by_thread ? thread : 0;
	if (!lr_regions_part(&t->regions, who, path, t->limits, &th->part))
		t->missed.over_limit++;
	th->cell = UINT32_MAX;
}

static struct lr_entries *entries_of(struct lr_replay *r, const struct lr_open_region *o)
{
	return &r->tally->regions.parts[o->part].entries;
}

#define MANY UINT32_MAX

static void note_begun(struct lr_replay *r, uint32_t thread, uint32_t name)
{
	uint32_t *by = lr_map_put(&r->begun_by, name, NULL);
	*by = *by == 0 || *by == thread + 1 ? thread + 1 : MANY;
}

/* Beyond the limit they are only counted. */
static void note_astray(struct lr_replay *r, uint32_t thread, uint32_t name)
{
	uint64_t key = (uint64_t)thread << 32 | name;
	r->tally->regions.unbalanced.without_begin++;
	if (r->astray.used < r->tally->limits->regions || lr_map_find(&r->astray, key))
		++*lr_map_put(&r->astray, key, NULL);
}

/* Between threads begins and ends have no order, so this is asked in the end. */
static void find_elsewhere(struct lr_replay *r)
{
	for (size_t i = 0; r->astray.used && i <= r->astray.mask; i++) {
		const struct lr_map_slot *s = &r->astray.slots[i];
		const uint32_t *by = s->taken ? lr_map_find(&r->begun_by, (uint32_t)s->key) : NULL;
		if (by && *by != (uint32_t)(s->key >> 32) + 1)
			r->tally->regions.unbalanced.elsewhere += s->value;
	}
}

/* A recursion over others: it goes back to an outer one, and then this comes again. */
static bool is_in(const struct lr_replay_thread *t, uint32_t path)
{
	for (uint32_t i = 0; t->folded && i < t->regions_used; i++)
		if (t->regions[i].path == path)
			return true;
	return false;
}

static void begin(struct lr_replay *r, uint32_t thread, uint32_t name, bool inherited)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	struct lr_regions *regions = &r->tally->regions;
	const struct lr_open_region *top =
		t->regions_used ? &t->regions[t->regions_used - 1] : NULL;
	if (t->regions_used >= LR_REGIONS_DEEP) {
		t->too_deep++;
		regions->unbalanced.too_deep++;
		return;
	}
	struct lr_open_region o = {.name = name, .first = t->made + 1, .inherited = inherited};
	o.path = lr_regions_path(
		regions, top ? top->path : 0, name, r->tally->limits, &o.folded, &o.left_out);
	o.again = o.folded || is_in(t, o.path);
	regions->unbalanced.too_many += o.left_out;
	lr_replay_thread_part(r, thread, o.path);
	o.part = t->part;
	LR_GROW(t->regions, t->regions_used, t->regions_room);
	t->regions[t->regions_used++] = o;
	t->folded += o.folded;
	if (o.left_out)
		return;
	note_begun(r, thread, name);
	struct lr_entries *e = entries_of(r, &o);
	e->again += o.again;
	e->inherited += inherited && !o.again;
	e->begun += !inherited && !o.again;
}

enum how { ENDED, CUT, NOT_ENDED };

static void count_entry(struct lr_entries *to, const struct lr_open_region *o, enum how how)
{
	struct lr_entries one = {.ended = how != NOT_ENDED,
		.cut = how == CUT,
		.not_ended = how == NOT_ENDED,
		.most_live = o->most_live};
	for (int i = 0; i < LR_OF_BOTH; i++) {
		one.least[i] = one.most[i] = o->made[i];
		if (how == NOT_ENDED)
			continue;
		one.sum[i] = o->made[i];
		one.left[i] = one.most_left[i] = o->live[i];
	}
	lr_entries_add(to, &one);
}

static void most(uint64_t *to, uint64_t value)
{
	if (value > *to)
		*to = value;
}

/* What an entry came to is also its outer one's, where that goes on. */
static void leave(struct lr_open_region *outer, const struct lr_open_region *o)
{
	most(&outer->most_since, outer->live[LR_OF_BYTES] + o->most_since);
	for (int i = 0; i < LR_OF_BOTH; i++) {
		outer->made[i] += o->made[i];
		outer->live[i] += o->live[i];
	}
}

static void end_top(struct lr_replay *r, uint32_t thread, enum how how)
{
	struct lr_replay_thread *t = &r->threads[thread];
	struct lr_open_region *o = &t->regions[--t->regions_used];
	t->folded -= o->folded;
	most(&o->most_live, o->most_since);
	if (!o->again && !o->inherited && !o->left_out)
		count_entry(entries_of(r, o), o, how);
	if (t->regions_used)
		leave(o - 1, o);
}

/* The innermost of that name, and those within it. */
static void end(struct lr_replay *r, uint32_t thread, uint32_t name)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	uint32_t at = t->regions_used;
	if (t->too_deep) { /* one of those, most probably */
		t->too_deep--;
		return;
	}
	while (name && at && t->regions[at - 1].name != name)
		at--;
	if (!at) {
		note_astray(r, thread, name);
		return;
	}
	while (t->regions_used > at)
		end_top(r, thread, CUT);
	end_top(r, thread, ENDED);
	lr_replay_thread_part(
		r, thread, t->regions_used ? t->regions[t->regions_used - 1].path : 0);
}

static uint32_t number_of(const struct ltf_event *ev, unsigned arg)
{
	uint64_t v = arg < ev->nargs ? ev->args[arg] : 0;
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

void lr_replay_region(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint32_t name = number_of(ev, 0);
	if (ev->id == LTF_RES_MARK) {
		lr_tally_mark(r->tally, name, lr_replay_thread(r, thread)->time);
		return;
	}
	r->tally->regions.events++;
	if (!r->tally->selection.by_region)
		return;
	if (ev->id == LTF_RES_REGION_BEGIN)
		begin(r, thread, name, number_of(ev, 1) & 1);
	else
		end(r, thread, name);
}

void lr_replay_region_made(struct lr_replay *r, uint32_t thread, uint64_t addr, uint64_t size)
{
	struct lr_replay_thread *t = &r->threads[thread];
	struct lr_open_region *o = &t->regions[t->regions_used - 1];
	struct lr_block b = {.key = lr_block_key(addr, thread), .size = ++t->made}, old;
	o->made[LR_OF_COUNT]++;
	o->made[LR_OF_BYTES] += size;
	o->live[LR_OF_COUNT]++;
	o->live[LR_OF_BYTES] += size;
	most(&o->most_since, o->live[LR_OF_BYTES]);
	if (r->in_regions.used < r->tally->limits->live_blocks)
		lr_live_put(&r->in_regions, &b, &old);
	else
		r->tally->missed.over_limit++;
}

uint64_t lr_replay_region_take(struct lr_replay *r, uint64_t addr)
{
	struct lr_block b;
	return lr_live_take(&r->in_regions, addr, &b) ? b.size : 0;
}

void lr_replay_region_put_back(struct lr_replay *r, const struct lr_block *b, uint64_t made)
{
	struct lr_block again = {.key = b->key, .size = made}, old;
	lr_live_put(&r->in_regions, &again, &old);
}

/* What was live at most in the entries within the one at `to` is noted there, before that one's
 * blocks become less: the two are no longer to be added. */
static void settle(struct lr_replay_thread *t, uint32_t to)
{
	uint64_t within = 0, live = 0;
	for (uint32_t i = t->regions_used; i-- > to;) {
		struct lr_open_region *o = &t->regions[i];
		most(&o->most_since, o->live[LR_OF_BYTES] + within);
		most(&o->most_live, o->most_since);
		live += o->live[LR_OF_BYTES];
		within = o->most_since;
		o->most_since = live;
	}
	if (to)
		most(&t->regions[to - 1].most_since, t->regions[to - 1].live[LR_OF_BYTES] + within);
}

void lr_replay_region_freed(struct lr_replay *r, const struct lr_block *b, uint64_t made)
{
	uint32_t thread = b->key & ((1U << LR_LIVE_THREAD_BITS) - 1);
	if (!made || thread >= r->threads_used)
		return;
	struct lr_replay_thread *t = &r->threads[thread];
	uint32_t at = t->regions_used;
	while (at && t->regions[at - 1].first > made)
		at--;
	if (!at)
		return;
	if (at < t->regions_used)
		settle(t, at - 1);
	t->regions[at - 1].live[LR_OF_COUNT]--;
	t->regions[at - 1].live[LR_OF_BYTES] -= b->size;
}

void lr_replay_regions_finish(struct lr_replay *r)
{
	for (size_t i = 0; i < r->threads_used; i++)
		while (r->threads[i].regions_used)
			end_top(r, (uint32_t)i, NOT_ENDED);
	find_elsewhere(r);
}

void lr_replay_regions_free(struct lr_replay *r)
{
	lr_live_free(&r->in_regions);
	lr_map_free(&r->begun_by);
	lr_map_free(&r->astray);
	for (size_t i = 0; i < r->threads_used; i++)
		free(r->threads[i].regions);
}
