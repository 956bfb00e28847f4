/* What is open by the events, beside what a scan has found in the process. A scan's tables come
 * from /proc and from the C library's own lists, so what was opened by ways that no hook sees is in
 * them, too: it is of unknown origin. A thread that was stopped between a call and its event, or an
 * event and its call, may make a difference of one. */
#include "tools/replay_parts.h"

/* How many of the kind's open ones were found is told by what the rows matched. */
static void missing(const struct lr_replay *r, unsigned kind, struct lr_open_sum *s, uint64_t known)
{
	uint64_t open = r->tally->resources.total[kind].open;
	s->compared = true;
	s->missing = open > known ? open - known : 0;
}

static void compare_fds(struct lr_replay *r, const struct lr_scan *scan, struct lr_open_sum *s)
{
	uint64_t known = 0;
	if (!scan->figure[LTF_SCAN_FDS] || scan->figure[LTF_SCAN_FDS] != scan->fds_used)
		return;
	for (size_t i = 0; i < scan->fds_used; i++)
		known += lr_open_find(r, LR_RES_DESCRIPTOR, scan->fds[i].number) != NULL;
	s->found = scan->fds_used;
	s->unknown = scan->fds_used - known;
	missing(r, LR_RES_DESCRIPTOR, s, known);
}

/* The process's first thread needs no origin; a thread that has ended is there until it is joined.
 * Tasks that the C library does not know were made by clone. */
static void compare_threads(struct lr_replay *r, const struct lr_scan *scan, struct lr_open_sum *s)
{
	uint64_t tasks = scan->figure[LTF_SCAN_TASKS], alive = 0, owed = 0;
	if (!tasks || (!scan->pthreads_used && (tasks > 1 || s->open)))
		return;
	for (size_t i = 0; i < scan->pthreads_used; i++) {
		const struct lr_scan_pthread *t = &scan->pthreads[i];
		const struct lr_open_entry *e = lr_open_find(r, LR_RES_THREAD, t->handle);
		/* The kernel keeps the first one's task for the whole process. */
		alive += t->tid != 0 || (t->flags & LTF_PTHREAD_MAIN);
		if (t->flags & LTF_PTHREAD_MAIN)
			continue;
		s->found++;
		s->unknown += !e;
		owed += e && !e->res.released;
	}
	if (!scan->pthreads_used)
		alive = 1;
	if (tasks > alive) {
		s->found += tasks - alive;
		s->unknown += tasks - alive;
	}
	missing(r, LR_RES_THREAD, s, owed);
}

/* A timer whose notice is a thread is known by the C library's block, at twice its handle: that is
 * what the kernel's timer carries. */
static void compare_timers(struct lr_replay *r, const struct lr_scan *scan, struct lr_open_sum *s)
{
	uint64_t known = 0, timers = scan->figure[LTF_SCAN_TIMERS];
	if (!timers || timers - 1 != scan->timers_used)
		return;
	for (size_t i = 0; i < scan->timers_used; i++) {
		const struct lr_scan_timer *t = &scan->timers[i];
		known += lr_open_find(r, LR_RES_TIMER, t->id) != NULL ||
			 (t->value > UINT32_MAX && lr_open_find(r, LR_RES_TIMER, t->value / 2));
	}
	s->found = scan->timers_used;
	s->unknown = scan->timers_used - known;
	missing(r, LR_RES_TIMER, s, known);
}

/* In bytes, because the kernel joins and parts mappings. Of unknown origin: nobody has mapped it
 * who is known, though the C library and the loader do. */
static void compare_mappings(struct lr_replay *r, const struct lr_scan *scan, struct lr_open_sum *s)
{
	uint64_t known = 0, open = r->tally->resources.total[LR_RES_MAPPING].open_bytes;
	for (size_t i = 0; i < scan->maps_used; i++) {
		const struct lr_scan_map *m = &scan->maps[i];
		if (m->kind == LTF_MAPPING_OWN) {
			s->found += m->length;
			known += lr_replay_mapped(r, m->start, m->length);
		} else if (m->kind == LTF_MAPPING_UNKNOWN) {
			s->found += m->length;
			s->unknown += m->length;
		}
	}
	if (!scan->maps_used)
		return;
	s->compared = s->in_bytes = true;
	s->unknown += s->found - s->unknown - known;
	s->missing = open > known ? open - known : 0;
}

void lr_open_compare(struct lr_replay *r, const struct lr_scan *scan, struct lr_open_sum *s)
{
	if (scan->cut)
		return;
	switch (s->kind) {
	case LR_RES_DESCRIPTOR:
		compare_fds(r, scan, s);
		break;
	case LR_RES_THREAD:
		compare_threads(r, scan, s);
		break;
	case LR_RES_TIMER:
		compare_timers(r, scan, s);
		break;
	case LR_RES_MAPPING:
		compare_mappings(r, scan, s);
		break;
	default:
		break;
	}
}
