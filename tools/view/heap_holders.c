/* From words of roots to holders. Words in one variable are one holder, so are those of one stack
 * or mapping; data without a name is one by each word. */
#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/heap_parts.h"
#include "tools/view/match.h"

struct finding {
	struct lr_heap *h;
	size_t holders_room, passing_room, holds_room;
	struct lr_map holder_of; /* a key of its kind's -> index */
	/* Of the dump's loads, those that were there, by address: */
	const struct lr_load **loads;
	size_t loads_used;
	struct lr_scan_frame *frames; /* by thread and stack pointer */
	/* The last variable that was found, in the process: */
	uint64_t start, end;
	uint32_t last;
};

static uint32_t new_holder(struct finding *f, const struct lr_holder *x)
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
static uint32_t holder_for(struct finding *f, uint64_t key, const struct lr_holder *x)
{
	bool fresh;
	uint32_t *at = lr_map_put(&f->holder_of, key << 4 | x->kind, &fresh);
	if (fresh)
		*at = new_holder(f, x);
	return *at;
}

static void hold(struct finding *f, uint32_t holder, uint32_t block, uint64_t offset)
{
	struct lr_heap *h = f->h;
	LR_GROW(h->holds, h->holds_used, f->holds_room);
	h->holds[h->holds_used++] =
		(struct lr_hold){.holder = holder, .block = block, .offset = offset};
}

static int by_start(const void *pa, const void *pb)
{
	const struct lr_load *a = *(const struct lr_load *const *)pa,
			     *b = *(const struct lr_load *const *)pb;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void sort_loads(struct finding *f)
{
	const struct lr_dump *d = f->h->dump;
	f->loads = lr_calloc(d->loads_used, sizeof(*f->loads));
	for (size_t i = 0; i < d->loads_used; i++)
		if (!d->loads[i].unloaded)
			f->loads[f->loads_used++] = &d->loads[i];
	if (f->loads_used)
		qsort(f->loads, f->loads_used, sizeof(*f->loads), by_start);
}

static const struct lr_load *load_at(const struct finding *f, uint64_t addr)
{
	size_t low = 0, high = f->loads_used;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (f->loads[mid]->start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low && addr < f->loads[low - 1]->end ? f->loads[low - 1] : NULL;
}

/* The variable, or else the word, at an address of data. Returns its offset in it. */
static uint64_t find_variable(struct finding *f, uint64_t addr, uint32_t *holder)
{
	const struct lr_load *l = load_at(f, addr);
	struct lr_variable v = {.addr = addr};
	uint64_t bias = l ? l->bias : 0;
	if (addr >= f->start && addr < f->end) {
		*holder = f->last;
		return addr - f->start;
	}
	if (l)
		lr_names_variable(f->h->names, l->module, addr - bias, false, false, &v);
	struct lr_holder x = {.kind = v.name ? LR_HOLDER_VARIABLE : LR_HOLDER_DATA,
		.name = v.name,
		.module = l ? f->h->model->modules[l->module - 1].path : NULL,
		.section = v.section,
		.load = l ? (uint32_t)(l - f->h->dump->loads) + 1 : 0,
		.addr = v.addr,
		.size = v.size};
	*holder = f->last = holder_for(f, v.addr + bias, &x);
	f->start = v.addr + bias;
	f->end = f->start + (v.size ? v.size : 8);
	return addr - f->start;
}

static const char *thread_name(struct finding *f, uint32_t tid)
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

static const char *kernel_name(uint32_t id)
{
	static const char *const names[] = {
		NULL, "epoll", "timer", "alternate signal stack", "message queue", "queued signal"};
	return id < sizeof(names) / sizeof(*names) ? names[id] : NULL;
}

/* What is told apart by thread, else by its root; key: a number of the root's own. */
static uint32_t of_thread(
	struct finding *f, enum lr_holder_kind kind, uint32_t tid, uint64_t key, uint64_t addr)
{
	struct lr_holder x = {.kind = kind, .tid = tid, .addr = addr};
	uint32_t *known = lr_map_find(&f->holder_of, (tid ? tid : key | 1ull << 40) << 4 | kind);
	if (known)
		return *known;
	x.thread = thread_name(f, tid);
	return holder_for(f, tid ? tid : key | 1ull << 40, &x);
}

static int by_place(const void *pa, const void *pb)
{
	const struct lr_scan_frame *a = pa, *b = pb;
	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->sp < b->sp ? -1 : a->sp > b->sp;
}

static void sort_frames(struct finding *f)
{
	const struct lr_scan *s = f->h->scan;
	f->frames = lr_calloc(s->frames_used, sizeof(*f->frames));
	if (!s->frames_used)
		return;
	memcpy(f->frames, s->frames, s->frames_used * sizeof(*f->frames));
	qsort(f->frames, s->frames_used, sizeof(*f->frames), by_place);
}

/* The frame in which an address of a thread's stack lies; NULL unknown. */
static const struct lr_scan_frame *frame_at(const struct finding *f, uint32_t tid, uint64_t addr)
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
static void name_frame(struct finding *f, struct lr_holder *x, const struct lr_scan_frame *frame)
{
	enum { INLINED_MAX = 16 };
	struct lr_location at[INLINED_MAX];
	const struct lr_load *l = load_at(f, frame->pc);
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
static uint64_t find_frame(struct finding *f, const struct lr_root_edge *e,
	const struct lr_scan_root *r, uint32_t *holder)
{
	uint64_t addr = r->start + e->offset;
	const struct lr_scan_frame *frame = frame_at(f, r->id, addr);
	if (!frame) {
		*holder = of_thread(f, LR_HOLDER_STACK, r->id, e->from, r->start);
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
		.thread = thread_name(f, r->id),
		.addr = frame->sp};
	name_frame(f, &x, frame);
	*holder = holder_for(f, key, &x);
	return addr - frame->sp;
}

/* The program's own load: index plus 1; 0 unknown. */
static uint32_t program_load(const struct lr_heap *h)
{
	const struct lr_dump *d = h->dump;
	const char *exe = lr_dump_meta(d, "exe", NULL);
	for (size_t i = 0; exe && i < d->loads_used; i++)
		if (strcmp(h->model->modules[d->loads[i].module - 1].path, exe) == 0)
			return (uint32_t)i + 1;
	return 0;
}

/* Where two roots of the thread meet; 0 unknown. */
static uint64_t thread_pointer(const struct lr_scan *s, const struct lr_scan_root *r)
{
	for (size_t i = 0; r->id && i < s->roots_used; i++)
		if (s->roots[i].kind == LR_ROOT_TLS && s->roots[i].id == r->id &&
			s->roots[i].start == r->start + r->length)
			return s->roots[i].start;
	return 0;
}

/* A thread-local variable of the program: those lie right below the thread pointer. Of libraries
 * nothing is known but that it is theirs. Returns the offset in what holds. */
static uint64_t find_thread_local(struct finding *f, const struct lr_root_edge *e,
	const struct lr_scan_root *r, uint32_t *holder)
{
	struct lr_heap *h = f->h;
	struct lr_variable v = {.name = NULL};
	uint64_t addr = r->start + e->offset, pointer = thread_pointer(h->scan, r);
	uint32_t load = pointer ? program_load(h) : 0;
	uint32_t module = load ? h->dump->loads[load - 1].module : 0;
	uint64_t size = load ? lr_names_tls_size(h->names, module) : 0;
	if (size && pointer - addr <= size)
		lr_names_variable(h->names, module, size - (pointer - addr), true, false, &v);
	if (!v.name) {
		*holder = of_thread(f, LR_HOLDER_TLS, r->id, e->from, r->start);
		return e->offset;
	}
	struct lr_holder x = {.kind = LR_HOLDER_TLS,
		.name = v.name,
		.module = h->model->modules[module - 1].path,
		.load = load,
		.tid = r->id,
		.addr = v.addr,
		.size = v.size};
	uint64_t key = 1ull << 58 | (uint64_t)(r->id & 0xffffff) << 32 | (v.addr & 0xffffffff);
	uint32_t *known = lr_map_find(&f->holder_of, key << 4 | LR_HOLDER_TLS);
	if (!known)
		x.thread = thread_name(f, r->id);
	*holder = known ? *known : holder_for(f, key, &x);
	return size - (pointer - addr) - v.addr;
}

static void hold_by_root(struct finding *f, const struct lr_root_edge *e)
{
	const struct lr_scan_root *r = &f->h->scan->roots[e->from];
	struct lr_holder x = {.kind = LR_HOLDER_OTHER, .addr = r->start, .size = r->length};
	uint32_t holder;
	switch (r->kind) {
	case LR_ROOT_DATA: {
		uint64_t offset = find_variable(f, r->start + e->offset, &holder);
		hold(f, holder, e->to, offset);
		return;
	}
	case LR_ROOT_STACK: {
		uint64_t offset = find_frame(f, e, r, &holder);
		hold(f, holder, e->to, offset);
		return;
	}
	case LR_ROOT_TLS: {
		uint64_t offset = find_thread_local(f, e, r, &holder);
		hold(f, holder, e->to, offset);
		return;
	}
	case LR_ROOT_KERNEL:
		x.kind = LR_HOLDER_KERNEL;
		x.name = kernel_name(r->id);
		holder = holder_for(f, r->id, &x);
		break;
	default:
		x.kind = r->kind == LR_ROOT_MAPPING    ? LR_HOLDER_MAPPING
			 : r->kind == LR_ROOT_DECLARED ? LR_HOLDER_DECLARED
						       : LR_HOLDER_OTHER;
		holder = holder_for(f, e->from, &x);
	}
	hold(f, holder, e->to, e->offset);
}

static void hold_by_word(struct finding *f, const struct lr_root_edge *e)
{
	const struct lr_scan_word *w = &f->h->scan->words[e->from];
	struct lr_holder x = {.kind = LR_HOLDER_OTHER};
	uint32_t holder;
	if (w->kind == LR_ROOT_REGISTERS || w->kind == LR_ROOT_TLS) {
		bool tls = w->kind == LR_ROOT_TLS;
		holder = of_thread(f, tls ? LR_HOLDER_TLS : LR_HOLDER_REGISTER, w->id, e->from, 0);
	} else {
		if (w->kind == LR_ROOT_KERNEL) {
			x.kind = LR_HOLDER_KERNEL;
			x.name = kernel_name(w->id);
		}
		holder = holder_for(f, w->id, &x);
	}
	hold(f, holder, e->to, w->number);
}

static void hold_the_rest(struct finding *f)
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
	struct finding f = {.h = h};
	sort_loads(&f);
	sort_frames(&f);
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

void lr_heap_declare(struct lr_heap *h, uint32_t holder)
{
	struct lr_holder *x = &h->holders[holder];
	struct lr_variable v;
	bool tls = x->kind == LR_HOLDER_TLS;
	if ((x->kind != LR_HOLDER_VARIABLE && !tls) || x->file || !x->load)
		return;
	lr_names_variable(h->names, h->dump->loads[x->load - 1].module, x->addr, tls, true, &v);
	x->file = v.file;
	x->line = v.line;
}
