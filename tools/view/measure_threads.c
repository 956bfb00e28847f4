/* Threads of a measure: those of one name are one. */
#include "tools/view/measure_parts.h"

static const char *name_of(const struct lr_thread *t)
{
	return t->name ? t->name : "";
}

uint32_t lr_measure_thread_of(struct lr_measuring *w, const struct lr_site *s)
{
	if (!s->thread)
		return 0;
	w->m->by_thread = true;
	return 1 + lr_measure_thread(w->m, w->program, name_of(&w->model->threads[s->thread - 1]));
}

void lr_measure_threads_end(struct lr_measuring *w)
{
	for (size_t i = 0; w->m->by_thread && i < w->model->threads_used; i++) {
		const struct lr_thread *t = &w->model->threads[i];
		if (t->allocations)
			w->m->threads[lr_measure_thread(w->m, w->program, name_of(t))].threads++;
	}
}
