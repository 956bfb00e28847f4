/* Reads a dump of handover.c as leakreport does, and compares which allocation each release belongs
 * to with what the program says:  pairs DUMP LOG [killed|signals]
 * Prints what was compared; the status is 1 when anything differs. With killed, each thread may
 * have had one more call in flight than it had counted. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "format/varint.h"
#include "tests/order/handover.h"
#include "tools/order.h"
#include "tools/util/map.h"
#include "tools/util/mem.h"

enum { THREADS = 4096, SHOWN = 10, NOBODY = -1 };

struct pairs {
	const struct handover *log;
	struct lr_map thread_of; /* dump's id -> index */
	uint32_t threads;
	int worker[THREADS]; /* index of the worker, NOBODY */
	uint32_t allocations[HANDOVER_WORKERS], releases[HANDOVER_WORKERS];
	struct lr_map live; /* address -> block, or OTHER */
	uint64_t pairs, across, wrong;
	bool handlers; /* take part */
};

static const uint32_t OTHER = UINT32_MAX; /* a block of no worker */

static void wrong(struct pairs *p, const char *what, int worker, uint32_t nth, uint64_t addr)
{
	if (p->wrong++ < SHOWN)
		printf("%s: worker %d, its number %u, address %" PRIx64 "\n", what, worker, nth,
			addr);
}

static uint32_t thread(void *ctx, uint32_t id)
{
	struct pairs *p = ctx;
	bool fresh;
	uint32_t *at = lr_map_put(&p->thread_of, id, &fresh);
	if (fresh) {
		if (p->threads == THREADS)
			abort();
		p->worker[p->threads] = NOBODY;
		*at = p->threads++;
	}
	return *at;
}

/* A thread's name: v thread, v kernel tid, name. */
static void define(void *ctx, uint32_t lane, const struct ltf_event *ev, uint64_t time)
{
	struct pairs *p = ctx;
	uint64_t v;
	char name[17] = "";
	(void)time;
	if (ev->tag != LTF_W_BLOB || ev->id != LTF_BLOB_THREAD)
		return;
	const uint8_t *end = ev->blob + ev->blob_len, *at = ltf_get(ev->blob, end, &v);
	at = at ? ltf_get(at, end, &v) : NULL;
	if (!at || (size_t)(end - at) >= sizeof(name))
		return;
	memcpy(name, at, (size_t)(end - at));
	unsigned index;
	if (sscanf(name, "w%u", &index) == 1 && index < HANDOVER_WORKERS)
		p->worker[lane] = (int)index;
}

static void allocation(struct pairs *p, int worker, const struct ltf_plain *ev)
{
	bool fresh;
	uint32_t *at = lr_map_put(&p->live, ev->addr, &fresh), nth = 0;
	if (worker != NOBODY && p->handlers && ev->size % 2)
		worker += HANDLER;
	if (worker != NOBODY)
		nth = p->allocations[worker]++;
	if (!fresh)
		wrong(p, "a block that lives is handed out", worker, nth, ev->addr);
	*at = OTHER;
	if (worker == NOBODY)
		return;
	*at = (uint32_t)worker * HANDOVER_CALLS + nth;
	if (nth >= HANDOVER_CALLS || ev->size != p->log->workers[worker].sizes[nth])
		wrong(p, "another size", worker, nth, ev->addr);
}

static void release(struct pairs *p, int worker, const struct ltf_plain *ev)
{
	uint32_t *at = lr_map_find(&p->live, ev->addr), nth = 0;
	uint32_t block = at ? *at : OTHER;
	lr_map_remove(&p->live, ev->addr);
	if (worker != NOBODY && p->handlers && at && block / HANDOVER_CALLS >= HANDLER)
		worker += HANDLER;
	if (worker != NOBODY)
		nth = p->releases[worker]++;
	if (!at) {
		wrong(p, "a release of no block", worker, nth, ev->addr);
	} else if (worker != NOBODY) {
		p->pairs++;
		p->across += block / HANDOVER_CALLS != (uint32_t)worker;
		if (nth >= HANDOVER_CALLS || block != p->log->workers[worker].released[nth])
			wrong(p, "another block's release", worker, nth, ev->addr);
	}
}

static void apply(void *ctx, uint32_t lane, const struct ltf_plain *ev, uint32_t n)
{
	struct pairs *p = ctx;
	for (; n > 0; n--, ev++)
		if (ev->tag == LTF_W_ALLOC)
			allocation(p, p->worker[lane], ev);
		else if (ev->tag == LTF_W_FREE || ev->tag == LTF_W_RELEASE)
			release(p, p->worker[lane], ev);
		else if (ev->tag == LTF_W_RESTORE)
			wrong(p, "a realloc that failed", p->worker[lane], 0, ev->addr);
}

static void resource(void *ctx, uint32_t lane, const struct ltf_event *ev)
{
	(void)ctx;
	(void)lane;
	(void)ev;
}

static void check_counts(struct pairs *p, uint32_t in_flight)
{
	for (int i = 0; i < HANDOVER_WORKERS; i++) {
		const struct handover_worker *w = &p->log->workers[i];
		if (p->allocations[i] - w->allocations > in_flight)
			wrong(p, "another number of allocations", i, p->allocations[i], 0);
		if (p->releases[i] - w->releases > in_flight)
			wrong(p, "another number of releases", i, p->releases[i], 0);
	}
}

int main(int argc, char **argv)
{
	static struct pairs p;
	struct lr_error err = {""};
	struct lr_order_sink sink = {.thread = thread,
		.define = define,
		.apply = apply,
		.resource = resource,
		.ctx = &p};
	int fd = argc > 2 ? open(argv[2], O_RDONLY) : -1;
	if (fd < 0)
		return 2;
	p.log = mmap(NULL, sizeof(*p.log), PROT_READ, MAP_PRIVATE, fd, 0);
	struct lr_source *s = lr_source_open(argv[1], &lr_limits_default, &err);
	if (p.log == MAP_FAILED || !s) {
		printf("%s\n", err.text);
		return 2;
	}
	bool killed = argc > 3 && strcmp(argv[3], "killed") == 0;
	p.handlers = argc > 3 && strcmp(argv[3], "signals") == 0;
	struct lr_order *o = lr_order_new(&sink, lr_limits_default.pending);
	struct lr_run run;
	while (lr_source_next(s, &run) > 0)
		lr_order_run(o, &run);
	lr_order_finish(o);
	check_counts(&p, killed);
	const struct lr_order_status *st = lr_order_status(o);
	const char *damage = lr_source_status(s)->damage.text;
	printf("%" PRIu64 " releases, %" PRIu64 " of them of another thread's blocks; %" PRIu64
	       " wrong; gaps %" PRIu64 ", disordered %" PRIu64 ", withdrawn %" PRIu64
	       ", most waiting %" PRIu64 "; %s\n",
		p.pairs, p.across, p.wrong, st->gaps, st->disordered, st->withdrawn,
		st->most_waiting, damage);
	bool good = p.wrong == 0 && p.across > 0 && st->disordered == 0 && damage[0] == 0 &&
		    st->gaps <= (killed ? HANDOVER_WORKERS : 0);
	lr_order_free(o);
	lr_source_close(s);
	lr_map_free(&p.live);
	lr_map_free(&p.thread_of);
	return !good;
}
