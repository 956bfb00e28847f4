#include "tools/view/wait_places.h"

#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"

enum { LINES = 8, SHOWN = 3, MOST = 256 };

struct lr_wait_place {
	uint64_t count, stack, fd;
	const struct lr_dump *dump;
	const struct lr_scan *scan;
	const struct lr_scan_pthread *row; /* of the first */
	bool same_fd;
};

void lr_wait_place(struct lr_wait_places *p, const struct lr_dump *d, const struct lr_waits *w,
	const struct lr_scan_pthread *row)
{
	uint64_t stack = lr_waiting_stack(w, row->tid);
	for (size_t i = 0; i < p->used; i++) {
		struct lr_wait_place *at = &p->list[i];
		if (at->stack != stack || at->row->call != row->call)
			continue;
		at->count++;
		at->same_fd = at->same_fd && at->fd == row->call_arg;
		return;
	}
	if (p->used == MOST) {
		p->more++;
		return;
	}
	LR_GROW(p->list, p->used, p->room);
	p->list[p->used++] = (struct lr_wait_place){.count = 1,
		.stack = stack,
		.fd = row->call_arg,
		.dump = d,
		.scan = w->scan,
		.row = row,
		.same_fd = lr_call_has_fd(row->call)};
}

static int by_count(const void *pa, const void *pb)
{
	const struct lr_wait_place *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->stack != b->stack)
		return a->stack < b->stack ? -1 : 1;
	return a->row->call < b->row->call ? -1 : a->row->call > b->row->call;
}

char *lr_threads_text(uint64_t n)
{
	return lr_format("%s thread%s", lr_show_count(n).text, n == 1 ? "" : "s");
}

/* "4 threads in read of descriptor 5 (pipe:[7]), without a time limit" */
static char *text_of(const struct lr_wait_place *p)
{
	const char *call = lr_call_name(p->row->call);
	const char *name = p->same_fd ? lr_waiting_fd(p->scan, p->fd) : "";
	char *who = lr_threads_text(p->count);
	char *fd = p->same_fd ? lr_format(" of descriptor %llu%s%s%s", (unsigned long long)p->fd,
					*name ? " (" : "", name, *name ? ")" : "")
			      : lr_strdup("");
	char *text = lr_format(
		"%s in %s%s, without a time limit", who, call ? call : "a system call", fd);
	free(who);
	free(fd);
	return text;
}

void lr_wait_places_show(
	struct lr_finding *x, const struct lr_findings_input *in, struct lr_wait_places *p)
{
	struct lr_waits w = {.scan = NULL};
	uint64_t more = p->more;
	if (p->used)
		qsort(p->list, p->used, sizeof(*p->list), by_count);
	for (size_t i = 0; i < p->used; i++) {
		const struct lr_wait_place *at = &p->list[i];
		size_t used;
		if (i >= SHOWN) {
			more += at->count;
			continue;
		}
		if (w.scan != at->scan)
			lr_waits_open(&w, at->scan);
		struct lr_line *lines = lr_waiting_lines(
			in->model, in->names, at->dump, &w, at->row->tid, LINES, &used);
		lr_finding_place_lines(x, "waits", lines, used, at->count, text_of(at));
	}
	if (more)
		lr_finding_say(x, "%s wait%s at other places", lr_show_count(more).text,
			more == 1 ? "s" : "");
	lr_waits_close(&w);
	free(p->list);
	*p = (struct lr_wait_places){.used = 0};
}
