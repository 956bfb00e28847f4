#include "tools/view/details.h"

#include <stdio.h>
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/match.h"

static void make_modules(struct lr_details *d, const struct lr_model *m)
{
	d->modules = lr_calloc(m->modules_used, sizeof(*d->modules));
	d->modules_used = m->modules_used;
	for (size_t i = 0; i < m->modules_used; i++) {
		const struct lr_module *from = &m->modules[i];
		char *hex = lr_calloc(from->build_id_len * 2 + 1, 1);
		for (uint32_t b = 0; b < from->build_id_len; b++)
			snprintf(hex + 2 * b, 3, "%02x", from->build_id[b]);
		d->modules[i] = (struct lr_module_view){
			.path = from->path, .build_id = hex, .loads = from->loads};
	}
}

static int by_bytes(const void *pa, const void *pb)
{
	const struct lr_thread *a = *(const struct lr_thread *const *)pa;
	const struct lr_thread *b = *(const struct lr_thread *const *)pb;
	if (a->allocated_bytes != b->allocated_bytes)
		return a->allocated_bytes > b->allocated_bytes ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void make_threads(struct lr_details *d, const struct lr_model *m, size_t limit)
{
	const struct lr_thread **all = lr_calloc(m->threads_used, sizeof(const struct lr_thread *));
	size_t n = 0;
	for (size_t i = 0; i < m->threads_used; i++)
		if (m->threads[i].id != 0 || m->threads[i].allocations > 0)
			all[n++] = &m->threads[i];
	if (n)
		qsort(all, n, sizeof(*all), by_bytes);
	d->threads_all = n;
	d->threads_used = n < limit ? n : limit;
	d->threads = lr_calloc(d->threads_used, sizeof(*d->threads));
	for (size_t i = 0; i < d->threads_used; i++)
		d->threads[i] = (struct lr_thread_view){.label = lr_thread_label(m, all[i]),
			.thread = all[i],
			.pid = m->dumps[all[i]->dump].header.pid};
	free(all);
}

struct lr_details *lr_details_make(const struct lr_model *m, size_t limit)
{
	struct lr_details *d = lr_calloc(1, sizeof(*d));
	make_modules(d, m);
	make_threads(d, m, limit);
	return d;
}

void lr_details_free(struct lr_details *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->modules_used; i++)
		free(d->modules[i].build_id);
	for (size_t i = 0; i < d->threads_used; i++)
		free(d->threads[i].label);
	free(d->modules);
	free(d->threads);
	free(d);
}
