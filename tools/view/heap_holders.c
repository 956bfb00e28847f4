/* From words of roots to holders. Words in one variable are one holder, so are those of one stack
 * or mapping; data without a name is one by each word. */
#include <stdlib.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/heap_parts.h"

static uint32_t new_holder(struct lr_heap_finding *f, const struct lr_holder *x)
{
	struct lr_heap *h = f->h;
	size_t passing_used = h->holders_used;
	LR_GROW(h->holders, h->holders_used, f->holders_room);
	LR_GROW(h->passing, passing_used, f->passing_room);
	h->passing[h->holders_used] = x->kind == LR_HOLDER_STACK || x->kind == LR_HOLDER_REGISTER;
	h->holders[h->holders_used] = *x;
	return (uint32_t)h->holders_used++;
}

/* The holder of that kind and key. key: below 2^60. */
uint32_t lr_heap_holder(struct lr_heap_finding *f, uint64_t key, const struct lr_holder *x)
{
	bool fresh;
	uint32_t *at = lr_map_put(&f->holder_of, key << 4 | x->kind, &fresh);
	if (fresh)
		*at = new_holder(f, x);
	return *at;
}

static void hold(struct lr_heap_finding *f, uint32_t holder, uint32_t block, uint64_t offset)
{
	struct lr_heap *h = f->h;
	LR_GROW(h->holds, h->holds_used, f->holds_room);
	h->holds[h->holds_used++] =
		(struct lr_hold){.holder = holder, .block = block, .offset = offset};
}

static const char *kernel_name(uint32_t id)
{
	static const char *const names[] = {
		NULL, "epoll", "timer", "alternate signal stack", "message queue", "queued signal"};
	return id < sizeof(names) / sizeof(*names) ? names[id] : NULL;
}

static void hold_by_root(struct lr_heap_finding *f, const struct lr_root_edge *e)
{
	const struct lr_scan_root *r = &f->h->scan->roots[e->from];
	struct lr_holder x = {.kind = LR_HOLDER_OTHER, .addr = r->start, .size = r->length};
	uint32_t holder;
	switch (r->kind) {
	case LR_ROOT_DATA: {
		uint64_t offset = lr_heap_variable(f, r->start + e->offset, &holder);
		hold(f, holder, e->to, offset);
		return;
	}
	case LR_ROOT_STACK: {
		uint64_t offset = lr_heap_frame(f, e, r, &holder);
		hold(f, holder, e->to, offset);
		return;
	}
	case LR_ROOT_TLS: {
		uint64_t offset = lr_heap_thread_local(f, e, r, &holder);
		hold(f, holder, e->to, offset);
		return;
	}
	case LR_ROOT_KERNEL:
		x.kind = LR_HOLDER_KERNEL;
		x.name = kernel_name(r->id);
		holder = lr_heap_holder(f, r->id, &x);
		break;
	default:
		x.kind = r->kind == LR_ROOT_MAPPING    ? LR_HOLDER_MAPPING
			 : r->kind == LR_ROOT_DECLARED ? LR_HOLDER_DECLARED
						       : LR_HOLDER_OTHER;
		holder = lr_heap_holder(f, e->from, &x);
	}
	hold(f, holder, e->to, e->offset);
}

static void hold_by_word(struct lr_heap_finding *f, const struct lr_root_edge *e)
{
	const struct lr_scan_word *w = &f->h->scan->words[e->from];
	struct lr_holder x = {.kind = LR_HOLDER_OTHER};
	uint32_t holder;
	if (w->kind == LR_ROOT_REGISTERS || w->kind == LR_ROOT_TLS) {
		bool tls = w->kind == LR_ROOT_TLS;
		holder = lr_heap_of_thread(
			f, tls ? LR_HOLDER_TLS : LR_HOLDER_REGISTER, w->id, e->from, 0);
	} else {
		if (w->kind == LR_ROOT_KERNEL) {
			x.kind = LR_HOLDER_KERNEL;
			x.name = kernel_name(w->id);
		}
		holder = lr_heap_holder(f, w->id, &x);
	}
	hold(f, holder, e->to, w->number);
}

static void hold_the_rest(struct lr_heap_finding *f)
{
	struct lr_heap *h = f->h;
	uint32_t taken = new_holder(f, &(struct lr_holder){.kind = LR_HOLDER_TAKEN});
	uint32_t lost = new_holder(f, &(struct lr_holder){.kind = LR_HOLDER_LOST});
	h->held.unknown = new_holder(f, &(struct lr_holder){.kind = LR_HOLDER_UNKNOWN});
	for (uint32_t i = 0; i < h->scan->blocks_used; i++) {
		const struct lr_scan_block *b = &h->scan->blocks[i];
		if (b->flags & LTF_SCANNED_HELD)
			hold(f, taken, i, 0);
		else if (b->verdict == LTF_VERDICT_DEFINITE)
			hold(f, lost, i, 0);
	}
}

void lr_heap_find_holders(struct lr_heap *h)
{
	struct lr_heap_finding f = {.h = h};
	lr_heap_sort_loads(&f);
	lr_heap_sort_frames(&f);
	for (size_t i = 0; i < h->graph.roots_used; i++) {
		const struct lr_root_edge *e = &h->graph.roots[i];
		if (e->word)
			hold_by_word(&f, e);
		else
			hold_by_root(&f, e);
	}
	hold_the_rest(&f);
	lr_map_free(&f.holder_of);
	free(f.loads);
	free(f.frames);
	h->held.holders = (uint32_t)h->holders_used;
	h->held.passing = h->passing;
	h->held.holds = h->holds;
	h->held.holds_used = h->holds_used;
}
