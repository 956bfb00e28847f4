#include "tools/marks.h"

#include <stdlib.h>
#include <string.h>
#include "tools/model/tally.h"
#include "tools/order.h"
#include "tools/util/mem.h"
#include "tools/util/parse.h"

struct finding {
	struct lr_tally *tally; /* only its names, threads and marks are used */
	struct lr_order *order;
};

static uint32_t thread(void *ctx, uint32_t id)
{
	struct finding *f = ctx;
	return lr_tally_thread(f->tally, id);
}

static void define(void *ctx, uint32_t from, const struct ltf_event *ev, uint64_t time)
{
	struct finding *f = ctx;
	(void)from;
	if (ev->tag == LTF_W_BLOB && ev->id == LTF_BLOB_NAME)
		lr_tally_blob(f->tally, ev, time);
}

static void apply(void *ctx, uint32_t from, const struct ltf_plain *ev, uint32_t n)
{
	(void)ctx;
	(void)from;
	(void)ev;
	(void)n;
}

static void resource(void *ctx, uint32_t from, const struct ltf_event *ev)
{
	struct finding *f = ctx;
	(void)from;
	if (ev->id == LTF_RES_MARK)
		lr_tally_mark(f->tally, ev->args[0] > UINT32_MAX ? 0 : (uint32_t)ev->args[0], 0);
}

static bool is_called(const struct lr_regions *r, size_t i, const char *name, size_t len)
{
	const char *text = lr_regions_text(r, r->marks[i].name);
	return text && strlen(text) == len && memcmp(text, name, len) == 0;
}

/* The which-th of that name, from 1; 0: the last. */
static uint32_t find(const struct lr_regions *r, const char *name, size_t len, uint64_t which)
{
	uint32_t found = UINT32_MAX;
	for (size_t i = 0; i < r->marks_used; i++) {
		if (!is_called(r, i, name, len))
			continue;
		found = (uint32_t)i + 1;
		if (which && !--which)
			return found;
	}
	return which ? UINT32_MAX : found;
}

/* A name may itself have a '#'. */
static uint32_t number_of(const struct lr_regions *r, const char *wanted)
{
	uint32_t number = find(r, wanted, strlen(wanted), 1);
	const char *hash = strrchr(wanted, '#'), *rest;
	double which = 0;
	if (number != UINT32_MAX || !hash)
		return number;
	if (strcmp(hash, "#last") == 0)
		return find(r, wanted, (size_t)(hash - wanted), 0);
	if (!lr_parse_number(hash + 1, &which, &rest) || *rest || which < 1 || which > 1e9)
		return UINT32_MAX;
	return find(r, wanted, (size_t)(hash - wanted), (uint64_t)which);
}

void lr_marks_find(struct lr_source *s, const struct lr_limits *limits, const char *const wanted[2],
	uint32_t number[2])
{
	struct finding f = {.tally = lr_tally_new(&lr_selection_all, limits)};
	struct lr_order_sink sink = {.thread = thread,
		.define = define,
		.apply = apply,
		.resource = resource,
		.ctx = &f};
	struct lr_run run;
	f.order = lr_order_new(&sink, limits->pending);
	while (lr_source_next(s, &run) > 0)
		lr_order_run(f.order, &run);
	lr_order_finish(f.order);
	for (int i = 0; i < 2; i++)
		number[i] = wanted[i] ? number_of(&f.tally->regions, wanted[i]) : 0;
	lr_order_free(f.order);
	lr_tally_free(f.tally);
}
