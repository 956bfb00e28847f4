/* What is a thread's: its stack, by frames, and what else is told apart by threads. */
#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/heap_parts.h"
#include "tools/view/match.h"

const char *lr_heap_thread_name(struct lr_heap_finding *f, uint32_t tid)
{
	struct lr_heap *h = f->h;
	const struct lr_model *m = h->model;
	for (size_t i = 0; tid && i < m->threads_used; i++) {
		const struct lr_thread *t = &m->threads[i];
		if (t->tid != tid || &m->dumps[t->dump] != h->dump)
			continue;
		LR_GROW(h->owned, h->owned_used, h->owned_room);
		return h->owned[h->owned_used++] = lr_thread_label(m, t);
	}
	return NULL;
}

/* What is told apart by thread, else by its root; key: a number of the root's own. */
uint32_t lr_heap_of_thread(struct lr_heap_finding *f, enum lr_holder_kind kind, uint32_t tid,
	uint64_t key, uint64_t addr)
{
	struct lr_holder x = {.kind = kind, .tid = tid, .addr = addr};
	uint32_t *known = lr_map_find(&f->holder_of, (tid ? tid : key | 1ull << 40) << 4 | kind);
	if (known)
		return *known;
	x.thread = lr_heap_thread_name(f, tid);
	return lr_heap_holder(f, tid ? tid : key | 1ull << 40, &x);
}

static int by_place(const void *pa, const void *pb)
{
	const struct lr_scan_frame *a = pa, *b = pb;
	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->sp < b->sp ? -1 : a->sp > b->sp;
}

void lr_heap_sort_frames(struct lr_heap_finding *f)
{
	const struct lr_scan *s = f->h->scan;
	f->frames = lr_calloc(s->frames_used, sizeof(*f->frames));
	if (!s->frames_used)
		return;
	memcpy(f->frames, s->frames, s->frames_used * sizeof(*f->frames));
	qsort(f->frames, s->frames_used, sizeof(*f->frames), by_place);
}

/* The frame in which an address of a thread's stack lies; NULL unknown. */
static const struct lr_scan_frame *frame_at(
	const struct lr_heap_finding *f, uint32_t tid, uint64_t addr)
{
	const struct lr_scan_frame wanted = {.tid = tid, .sp = addr};
	size_t low = 0, high = f->h->scan->frames_used;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (by_place(&f->frames[mid], &wanted) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low && f->frames[low - 1].tid == tid ? &f->frames[low - 1] : NULL;
}

/* The function that the frame is of: what was inlined into it too is its. */
static void name_frame(
	struct lr_heap_finding *f, struct lr_holder *x, const struct lr_scan_frame *frame)
{
	enum { INLINED_MAX = 16 };
	struct lr_location at[INLINED_MAX];
	const struct lr_load *l = lr_heap_load_at(f, frame->pc);
	if (!l)
		return;
	size_t n = lr_names_code(f->h->names, l->module, frame->pc - l->bias,
		!(frame->flags & LTF_NODE_SIGNAL), at, INLINED_MAX);
	x->module = f->h->model->modules[l->module - 1].path;
	if (n == 0)
		return;
	x->function = at[n - 1].function;
	x->file = at[n - 1].file;
	x->line = at[n - 1].line;
}

/* A frame of a stack, or where frames are not known, the stack. Returns the offset in it. */
uint64_t lr_heap_frame(struct lr_heap_finding *f, const struct lr_root_edge *e,
	const struct lr_scan_root *r, uint32_t *holder)
{
	uint64_t addr = r->start + e->offset;
	const struct lr_scan_frame *frame = frame_at(f, r->id, addr);
	if (!frame) {
		*holder = lr_heap_of_thread(f, LR_HOLDER_STACK, r->id, e->from, r->start);
		return e->offset;
	}
	uint64_t key = (uint64_t)(frame - f->frames) | 1ull << 50;
	uint32_t *known = lr_map_find(&f->holder_of, key << 4 | LR_HOLDER_STACK);
	if (known) {
		*holder = *known;
		return addr - frame->sp;
	}
	struct lr_holder x = {.kind = LR_HOLDER_STACK,
		.tid = r->id,
		.thread = lr_heap_thread_name(f, r->id),
		.addr = frame->sp};
	name_frame(f, &x, frame);
	*holder = lr_heap_holder(f, key, &x);
	return addr - frame->sp;
}
