/* Variables, thread-local ones too, and the objects they lie in. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/heap_parts.h"

static int by_start(const void *pa, const void *pb)
{
	const struct lr_load *a = *(const struct lr_load *const *)pa,
			     *b = *(const struct lr_load *const *)pb;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a < b ? -1 : a > b;
}

void lr_heap_sort_loads(struct lr_heap_finding *f)
{
	const struct lr_dump *d = f->h->dump;
	f->loads = lr_calloc(d->loads_used, sizeof(*f->loads));
	for (size_t i = 0; i < d->loads_used; i++)
		if (!d->loads[i].unloaded)
			f->loads[f->loads_used++] = &d->loads[i];
	if (f->loads_used)
		qsort(f->loads, f->loads_used, sizeof(*f->loads), by_start);
}

const struct lr_load *lr_heap_load_at(const struct lr_heap_finding *f, uint64_t addr)
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
uint64_t lr_heap_variable(struct lr_heap_finding *f, uint64_t addr, uint32_t *holder)
{
	const struct lr_load *l = lr_heap_load_at(f, addr);
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
	*holder = f->last = lr_heap_holder(f, v.addr + bias, &x);
	f->start = v.addr + bias;
	f->end = f->start + (v.size ? v.size : 8);
	return addr - f->start;
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
uint64_t lr_heap_thread_local(struct lr_heap_finding *f, const struct lr_root_edge *e,
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
		*holder = lr_heap_of_thread(f, LR_HOLDER_TLS, r->id, e->from, r->start);
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
		x.thread = lr_heap_thread_name(f, r->id);
	*holder = known ? *known : lr_heap_holder(f, key, &x);
	return size - (pointer - addr) - v.addr;
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
