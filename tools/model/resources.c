/* The share of the peak is kept as for blocks (tally.c): a new peak starts an epoch, and a cell
 * that changes for the first time in an epoch first notes what it had open. */
#include "tools/model/resources.h"

#include <stdlib.h>
#include <string.h>
#include "tools/model/pairs.h"
#include "tools/util/mem.h"

const struct lr_resource_words *lr_resource_words(unsigned kind)
{
	static const struct lr_resource_words words[] = {
#define WORDS(name, one, many, key, lacks) {one, many, key, lacks},
		LR_RESOURCES(WORDS)
#undef WORDS
			{"resource", "resources", "resources", "never released"}};
	const struct lr_pair *pair = lr_pair_of(kind);
	return pair ? &pair->words : &words[kind < LR_RES_PAIR ? kind : LR_RES_PAIR];
}

static bool is_named(unsigned kind, const char *word, size_t len)
{
	const char *words[] = {
		lr_resource_words(kind)->key, "all", kind >= LR_RES_PAIR ? "pairs" : "all"};
	for (int i = 0; i < 3; i++)
		if (strlen(words[i]) == len && strncmp(words[i], word, len) == 0)
			return true;
	return false;
}

bool lr_resources_named(const char *list, bool kinds[LR_RES_KINDS])
{
	memset(kinds, 0, LR_RES_KINDS * sizeof(*kinds));
	for (;; list++) {
		size_t len = strcspn(list, ",");
		bool found = false;
		for (unsigned k = 0; k < LR_RES_KINDS; k++)
			if (is_named(k, list, len))
				kinds[k] = found = true;
		if (!found)
			return false;
		list += len;
		if (!*list)
			return true;
	}
}

void lr_resources_init(struct lr_resources *r)
{
	*r = (struct lr_resources){0};
	lr_history_init(&r->history, LR_RESOURCES_FOLLOW);
}

void lr_resources_free(struct lr_resources *r)
{
	for (size_t i = 0; i < r->at_used; i++) {
		free(r->at[i].sums);
		free(r->at[i].list);
	}
	lr_map_free(&r->cell_of);
	lr_map_free(&r->release_of);
	lr_history_free(&r->history);
	free(r->cells);
	free(r->releases);
	free(r->at);
	*r = (struct lr_resources){0};
}

uint32_t lr_resources_cell(struct lr_resources *r, unsigned kind, uint32_t site, uint32_t thread,
	const struct lr_limits *limits)
{
	uint64_t key = (uint64_t)kind << 52 | (uint64_t)thread << 30 | site;
	uint32_t *at = lr_map_find(&r->cell_of, key);
	if (at)
		return *at;
	if (r->used >= limits->cells)
		return UINT32_MAX;
	at = lr_map_put(&r->cell_of, key, NULL);
	LR_GROW(r->cells, r->used, r->room);
	r->cells[r->used] = (struct lr_resource_cell){
		.site = site, .thread = thread, .kind = (uint8_t)kind, .first_time = UINT64_MAX};
	return *at = (uint32_t)r->used++;
}

static struct lr_resource_cell *touch(struct lr_resources *r, uint32_t cell)
{
	struct lr_resource_cell *c = &r->cells[cell];
	if (c->peak_epoch != r->total[c->kind].epoch) {
		c->at_peak = c->open;
		c->at_peak_bytes = c->open_bytes;
		c->peak_epoch = r->total[c->kind].epoch;
	}
	if (c->followed.epoch != r->history.epoch)
		lr_history_note(&r->history, &c->followed, c->open, c->open);
	return c;
}

static void total_more(struct lr_resource_total *t, uint64_t length, uint64_t time)
{
	t->open++;
	t->open_bytes += length;
	if (t->open_bytes > t->peak_bytes)
		t->peak_bytes = t->open_bytes;
	if (t->open > t->peak_open) {
		t->peak_open = t->open;
		t->peak_time = time;
		t->epoch++;
	}
}

void lr_resources_opened(
	struct lr_resources *r, uint32_t cell, uint64_t length, uint64_t time, bool fresh)
{
	struct lr_resource_cell *c = touch(r, cell);
	struct lr_resource_total *t = &r->total[c->kind];
	c->open++;
	c->open_bytes += length;
	if (c->open > c->peak_open) {
		c->peak_open = c->open;
		c->peak_time = time;
	}
	total_more(t, length, time);
	if (!fresh)
		return;
	c->created++;
	t->created++;
	c->first_time = time < c->first_time ? time : c->first_time;
	c->last_time = time > c->last_time ? time : c->last_time;
	if (++r->created + r->allocations >= r->history.next_event)
		lr_resources_mark(r, time);
}

void lr_resources_gone(struct lr_resources *r, uint32_t cell, uint64_t length, enum lr_gone how)
{
	struct lr_resource_cell *c = touch(r, cell);
	struct lr_resource_total *t = &r->total[c->kind];
	c->open--;
	c->open_bytes -= length;
	t->open--;
	t->open_bytes -= length;
	if (how == LR_GONE_ON)
		return;
	if (c->open < c->followed.low)
		c->followed.low = c->open;
	c->released += how == LR_GONE_RELEASED;
	t->released += how == LR_GONE_RELEASED;
	c->lost += how == LR_GONE_LOST;
	t->lost += how == LR_GONE_LOST;
}

void lr_resources_found(struct lr_resources *r, uint32_t cell)
{
	struct lr_resource_cell *c = &r->cells[cell];
	c->lost--;
	c->released++;
	r->total[c->kind].lost--;
	r->total[c->kind].released++;
}

void lr_resources_not_gone(struct lr_resources *r, uint32_t cell)
{
	r->cells[cell].released--;
	r->total[r->cells[cell].kind].released--;
}

void lr_resources_inherited(struct lr_resources *r, unsigned kind)
{
	r->total[kind].inherited++;
	total_more(&r->total[kind], 0, 0);
}

void lr_resources_inherited_gone(struct lr_resources *r, unsigned kind)
{
	r->total[kind].open--;
}

void lr_resources_release(
	struct lr_resources *r, uint32_t cell, uint32_t site, const struct lr_limits *limits)
{
	uint64_t key = (uint64_t)cell << 32 | site;
	uint32_t *at = lr_map_find(&r->release_of, key);
	if (!at) {
		if (r->releases_used >= limits->cells)
			return;
		at = lr_map_put(&r->release_of, key, NULL);
		*at = (uint32_t)r->releases_used;
		LR_GROW(r->releases, r->releases_used, r->releases_room);
		r->releases[r->releases_used++] =
			(struct lr_resource_release){.cell = cell, .site = site};
	}
	r->releases[*at].count++;
}

void lr_resources_mark(struct lr_resources *r, uint64_t time)
{
	r->now = time > r->now ? time : r->now;
	lr_history_mark(&r->history, r->now, r->created + r->allocations);
}

void lr_resources_hold(struct lr_resources *r, int which)
{
	for (size_t i = 0; i < r->used; i++) {
		r->cells[i].held[which] = r->cells[i].open;
		r->cells[i].held_bytes[which] = r->cells[i].open_bytes;
	}
}

void lr_resources_finish(struct lr_resources *r, uint64_t time)
{
	if (!r->used)
		return;
	for (size_t i = 0; i < r->used; i++) {
		struct lr_resource_cell *c = touch(r, (uint32_t)i);
		lr_history_last(&r->history, &c->followed, c->open, c->open);
	}
	lr_resources_mark(r, time);
}

const struct lr_open_at *lr_open_at(const struct lr_open_at *at, size_t used, uint32_t scan)
{
	for (size_t i = used; i-- > 0;)
		if (at[i].scan == scan)
			return &at[i];
	return NULL;
}

struct lr_open_sum lr_open_sum(const struct lr_open_at *at, unsigned kind)
{
	for (size_t i = 0; at && i < at->sums_used; i++)
		if (at->sums[i].kind == kind)
			return at->sums[i];
	return (struct lr_open_sum){.kind = (uint8_t)kind};
}
