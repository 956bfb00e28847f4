/* Releases that are wrong. A block by another function than the one it belongs to is seen at once.
 * Of what is released and is no block, the address is noted; then all is replayed once more, and
 * what happened to these addresses is followed: so nothing need be remembered of the blocks that
 * are released as they should be. */
#include "tools/replay_parts.h"

#include "tools/util/mem.h"

void lr_replay_mismatch(
	struct lr_replay *r, const struct lr_block *b, const struct ltf_plain *ev, uint64_t time)
{
	struct lr_wrong w = {.kind = LR_WRONG_MISMATCH,
		.alloc_api = b->api,
		.release_api = ev->api,
		.alloc = r->tally->cells[b->cell].site,
		.release = ev->site,
		.count = 1,
		.bytes = b->size,
		.addr = ev->addr,
		.time = time};
	lr_wrongs_add(&r->tally->wrongs, &w);
}

/* The live block that addr lies in; false: none. Looks at all: for a few addresses only. */
static bool lies_in_block(const struct lr_replay *r, uint64_t addr, struct lr_wrong *w)
{
	for (size_t i = 0; i < r->live.count; i++) {
		const struct lr_block *b = &r->live.slots[i];
		uint64_t start = b->key >> LR_LIVE_THREAD_BITS << 3;
		if (!b->key || addr <= start || addr - start >= b->size)
			continue;
		w->where = LR_WRONG_IN_BLOCK;
		w->offset = addr - start;
		w->bytes = b->size;
		w->alloc_api = b->api;
		w->alloc = b->cell < r->tally->cells_used ? r->tally->cells[b->cell].site : 0;
		return true;
	}
	return false;
}

static bool lies_in_module(const struct lr_replay *r, uint64_t addr)
{
	const struct lr_tally *t = r->tally;
	for (size_t i = 0; i < t->modules_used; i++)
		if (!t->modules[i].unloaded && addr >= t->modules[i].start &&
			addr < t->modules[i].end)
			return true;
	return false;
}

static void wrong(struct lr_replay *r, uint32_t thread, const struct lr_watched *at,
	const struct ltf_plain *ev)
{
	struct lr_replay_thread *t = lr_replay_thread(r, thread);
	struct lr_wrong w = {.kind = LR_WRONG_UNKNOWN,
		.release_api = ev->api,
		.release = ev->site,
		.count = 1,
		.addr = ev->addr,
		.time = t->time};
	if (at->state == LR_RELEASED) {
		w.kind = LR_WRONG_DOUBLE;
		w.alloc = at->alloc;
		w.alloc_api = at->alloc_api;
		w.first = at->release;
		w.first_api = at->release_api;
		w.bytes = at->size;
	} else if (r->inherits || r->looked_at++ >= LR_LOOKED_AT_MAX) {
		return; /* a parent's block, perhaps */
	} else if (!lies_in_block(r, ev->addr, &w) && lies_in_module(r, ev->addr)) {
		w.where = LR_WRONG_IN_MODULE;
	}
	const struct lr_wrong *kept = lr_wrongs_add(&r->tally->wrongs, &w);
	t->wrong = kept ? 1 + (uint32_t)(kept - r->tally->wrongs.list) : 0;
}

void lr_replay_watch(struct lr_replay *r, uint32_t thread, const struct ltf_plain *ev)
{
	struct lr_watched *at = lr_watch_find(r->watch, ev->addr);
	if (ev->tag <= LTF_W_RESTORE)
		lr_replay_thread(r, thread)->wrong = 0;
	if (!at)
		return;
	switch (ev->tag) {
	case LTF_W_ALLOC:
		*at = (struct lr_watched){.state = LR_LIVE,
			.alloc = ev->site,
			.alloc_api = ev->api,
			.size = ev->size};
		break;
	case LTF_W_FREE:
	case LTF_W_RELEASE:
		if (at->state != LR_LIVE) {
			wrong(r, thread, at, ev);
			break;
		}
		at->state = LR_RELEASED;
		at->release = ev->site;
		at->release_api = ev->api;
		break;
	case LTF_W_RESTORE:
		if (at->state == LR_RELEASED && at->release_api == LTF_API_REALLOC)
			at->state = LR_LIVE;
		break;
	}
}

void lr_replay_watched(struct lr_replay *r)
{
	for (size_t i = 0; i < r->threads_used; i++)
		if (r->threads[i].wrong)
			r->tally->wrongs.list[r->threads[i].wrong - 1].ended = true;
}

void lr_replay_again(struct lr_source *s, struct lr_tally *first)
{
	struct lr_tally *tally = lr_tally_new(&lr_selection_all, first->limits);
	struct lr_replay *r = lr_replay_new(tally, lr_source_header(s)->origin);
	struct lr_run run;
	r->watch = &first->suspects;
	while (lr_source_next(s, &run) > 0)
		lr_replay_run(r, &run);
	lr_replay_finish(r);
	lr_replay_watched(r);
	for (size_t i = 0; i < tally->wrongs.used; i++)
		if (tally->wrongs.list[i].kind != LR_WRONG_MISMATCH)
			lr_wrongs_add(&first->wrongs, &tally->wrongs.list[i]);
	lr_replay_free(r);
	lr_tally_free(tally);
}
