/* Counters. The share of the peak is kept without touching all cells at each new peak: a peak only
 * starts a new epoch, and a cell that changes for the first time in an epoch first notes what it
 * held, which is what it held at the peak. */
#include "tools/model/tally.h"

#include <stdlib.h>
#include "tools/util/mem.h"

const struct lr_selection lr_selection_all = {
	.max_size = UINT64_MAX, .to = UINT64_MAX, .follow = 4096};

static uint32_t new_cell(struct lr_tally *t, uint32_t site, const struct lr_part *part)
{
	LR_GROW(t->cells, t->cells_used, t->cells_room);
	t->cells[t->cells_used] =
		(struct lr_cell){.site = site, .thread = part->thread, .region = part->region};
	return (uint32_t)t->cells_used++;
}

static uint32_t new_thread(struct lr_tally *t, uint32_t id)
{
	LR_GROW(t->threads, t->threads_used, t->threads_room);
	t->threads[t->threads_used] = (struct lr_tally_thread){.id = id, .first = UINT64_MAX};
	return (uint32_t)t->threads_used++;
}

struct lr_tally *lr_tally_new(const struct lr_selection *sel, const struct lr_limits *limits)
{
	struct lr_tally *t = lr_calloc(1, sizeof(*t));
	t->selection = *sel;
	t->limits = limits;
	t->peak_epoch = 1;
	lr_history_init(&t->history, sel->follow);
	lr_resources_init(&t->resources);
	lr_regions_init(&t->regions);
	new_cell(t, LTF_SITE_NONE, &t->regions.parts[0]);
	new_thread(t, 0);
	lr_tally_moments_begin(t);
	return t;
}

void lr_tally_free(struct lr_tally *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->modules_used; i++) {
		free(t->modules[i].path);
		free(t->modules[i].build_id);
	}
	for (size_t i = 0; i < t->threads_used; i++) {
		free(t->threads[i].name);
		free(t->threads[i].called);
	}
	for (size_t i = 0; i < t->meta_used; i++) {
		free(t->meta[i].key);
		free(t->meta[i].value);
	}
	struct lr_map *maps[] = {&t->part_cell_of, &t->module_of, &t->thread_of, &t->release_of};
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		lr_map_free(maps[i]);
	lr_ids_free(&t->cell_of);
	lr_ids_free(&t->node_of);
	lr_history_free(&t->history);
	lr_wrongs_free(&t->wrongs);
	lr_fd_wrongs_free(&t->fd_wrongs);
	lr_watch_free(&t->suspects);
	free(t->cells);
	free(t->held[0]);
	free(t->held[1]);
	free(t->nodes);
	free(t->modules);
	free(t->threads);
	free(t->meta);
	lr_resources_free(&t->resources);
	lr_regions_free(&t->regions);
	free(t->releases);
	free(t);
}

uint32_t lr_tally_thread(struct lr_tally *t, uint32_t id)
{
	if (id == 0) /* the tracer's own notes */
		return 0;
	uint32_t *at = lr_map_find(&t->thread_of, id);
	if (at)
		return *at;
	if (t->threads_used >= t->limits->threads) {
		t->missed.over_limit++;
		return 0;
	}
	at = lr_map_put(&t->thread_of, id, NULL);
	return *at = new_thread(t, id);
}

uint32_t lr_tally_cell(struct lr_tally *t, uint32_t site, uint32_t part)
{
	uint64_t key = (uint64_t)part << 30 | site;
	const uint32_t *at = part ? lr_map_find(&t->part_cell_of, key) : NULL;
	uint32_t cell = at ? *at : part ? LR_NO_ID : lr_ids_get(&t->cell_of, site);
	if (cell != LR_NO_ID)
		return cell;
	if (t->cells_used >= t->limits->cells) {
		t->missed.over_limit++;
		return 0;
	}
	cell = new_cell(t, site, &t->regions.parts[part]);
	if (part)
		*lr_map_put(&t->part_cell_of, key, NULL) = cell;
	else
		lr_ids_put(&t->cell_of, site, cell, t->nodes_used + t->cells_used);
	return cell;
}

static void follow_total(struct lr_tally *t)
{
	lr_history_note(
		&t->history, &t->followed, t->total.live_bytes + t->lifted, t->total.live_blocks);
}

static void end_interval(struct lr_tally *t)
{
	follow_total(t);
	lr_history_mark(&t->history, t->now, t->total.allocations);
	follow_total(t);
}

void lr_tally_time(struct lr_tally *t, uint64_t time)
{
	if (time <= t->now)
		return;
	lr_tally_moments_before(t, time);
	t->now = time;
	lr_series_add(&t->live, time, t->total.live_bytes);
	if (time >= t->history.next_time)
		end_interval(t);
	if (t->resources.used && time >= t->resources.history.next_time)
		lr_resources_mark(&t->resources, time);
}

static struct lr_counts *touch(struct lr_tally *t, uint32_t cell)
{
	struct lr_cell *c = &t->cells[cell];
	if (c->peak_epoch != t->peak_epoch) {
		c->counts.peak_blocks = c->counts.live_blocks;
		c->counts.peak_bytes = c->counts.live_bytes;
		c->peak_epoch = t->peak_epoch;
	}
	if (c->followed.epoch != t->history.epoch)
		lr_history_note(&t->history, &c->followed, c->counts.live_bytes + c->lifted,
			c->counts.live_blocks);
	return &c->counts;
}

static void live_more(struct lr_tally *t, struct lr_counts *c, uint64_t size, uint64_t time)
{
	c->live_blocks++;
	c->live_bytes += size;
	t->total.live_blocks++;
	t->total.live_bytes += size;
	if (t->total.live_bytes > t->total.peak_bytes) {
		t->total.peak_bytes = t->total.live_bytes;
		t->total.peak_blocks = t->total.live_blocks;
		t->peak_time = time;
		t->peak_epoch++;
	}
}

static void live_less(struct lr_tally *t, struct lr_counts *c, uint64_t size)
{
	c->live_blocks--;
	c->live_bytes -= size;
	t->total.live_blocks--;
	t->total.live_bytes -= size;
}

/* The least that was held in the interval. */
static void lower(struct lr_tally *t, uint32_t cell)
{
	struct lr_cell *c = &t->cells[cell];
	uint64_t held = c->counts.live_bytes + c->lifted, all = t->total.live_bytes + t->lifted;
	if (held < c->followed.low)
		c->followed.low = held;
	if (all < t->followed.low)
		t->followed.low = all;
}

static void freed(struct lr_tally *t, struct lr_counts *c, uint64_t lifetime, bool temporary)
{
	c->frees++;
	t->total.frees++;
	t->lifetimes[lr_bucket(lifetime)]++;
	if (temporary) {
		c->temporary++;
		t->total.temporary++;
	}
}

void lr_tally_realloc(struct lr_tally *t, uint32_t cell, uint64_t old, uint64_t size, bool copied)
{
	struct lr_churn *c = &t->cells[cell].churn;
	if (size <= old)
		return;
	c->enlarged++;
	c->enlarged_bytes += size - old;
	c->old_bytes += old;
	c->copied_bytes += copied ? old : 0;
}

void lr_tally_append(struct lr_tally *t, uint32_t cell, uint64_t size, bool mapped)
{
	struct lr_churn *c = &t->cells[cell].churn;
	uint64_t last = c->last_size;
	if (last && size > last && size - last <= last / 8 + 16 &&
		t->cells[cell].counts.live_blocks <= 2) {
		c->appended++;
		c->appended_bytes += last;
		if (size > c->appended_most)
			c->appended_most = size;
	}
	c->last_size = size;
	c->unpaired = true;
	if (mapped)
		c->mapped_bytes += size;
}

/* A table is rehashed: a larger one is made, then this one is released. */
static void replace(struct lr_churn *c, uint64_t size)
{
	if (!c->unpaired || c->last_size < size + size / 2 || c->last_size / 4 > size)
		return;
	c->unpaired = false;
	c->replaced++;
	c->replaced_bytes += size;
}

void lr_tally_alloc(struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t time)
{
	struct lr_counts *c = touch(t, cell);
	c->allocations++;
	c->allocated_bytes += size;
	t->total.allocations++;
	t->total.allocated_bytes += size;
	t->sizes[lr_bucket(size)]++;
	live_more(t, c, size, time);
	if (t->total.allocations >= t->history.next_event)
		end_interval(t);
}

void lr_tally_free_block(
	struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t lifetime, bool temporary)
{
	struct lr_counts *c = touch(t, cell);
	live_less(t, c, size);
	lower(t, cell);
	freed(t, c, lifetime, temporary);
	replace(&t->cells[cell].churn, size);
}

void lr_tally_release(struct lr_tally *t, uint32_t cell, uint32_t site)
{
	uint64_t key = (uint64_t)cell << 32 | site;
	uint32_t *at = lr_map_find(&t->release_of, key);
	if (!at) {
		if (t->releases_used >= t->limits->cells) {
			t->missed.over_limit++;
			return;
		}
		at = lr_map_put(&t->release_of, key, NULL);
		*at = (uint32_t)t->releases_used;
		LR_GROW(t->releases, t->releases_used, t->releases_room);
		t->releases[t->releases_used++] =
			(struct lr_release_cell){.cell = cell, .site = site};
	}
	t->releases[*at].count++;
}

void lr_tally_lose_block(struct lr_tally *t, uint32_t cell, uint64_t size)
{
	live_less(t, touch(t, cell), size);
	lower(t, cell);
}

void lr_tally_lift(struct lr_tally *t, uint32_t cell, uint64_t size)
{
	live_less(t, touch(t, cell), size);
	t->cells[cell].lifted += size;
	t->lifted += size;
}

void lr_tally_put_back(struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t time)
{
	struct lr_counts *c = touch(t, cell);
	t->cells[cell].lifted -= size;
	t->lifted -= size;
	live_more(t, c, size, time);
}

/* What is handed out next takes its place, so what is held does not count as less meanwhile. */
void lr_tally_free_lifted(
	struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t lifetime, bool temporary)
{
	t->cells[cell].lifted -= size;
	t->lifted -= size;
	freed(t, &t->cells[cell].counts, lifetime, temporary);
}

void lr_tally_finish(struct lr_tally *t)
{
	for (size_t i = 0; i < t->cells_used; i++) {
		struct lr_cell *c = &t->cells[i];
		touch(t, (uint32_t)i);
		lr_history_last(&t->history, &c->followed, c->counts.live_bytes + c->lifted,
			c->counts.live_blocks);
	}
	lr_tally_moments_end(t);
	t->resources.allocations = t->total.allocations;
	lr_resources_finish(&t->resources, t->now);
	lr_series_add(&t->live, t->now, t->total.live_bytes);
	lr_history_last(
		&t->history, &t->followed, t->total.live_bytes + t->lifted, t->total.live_blocks);
	lr_history_mark(&t->history, t->now, t->total.allocations);
}
