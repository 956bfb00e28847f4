/* Resources in the model's terms: sites are frames, threads the model's. */
#include <stdlib.h>
#include "tools/model/model_parts.h"
#include "tools/util/mem.h"

/* Hashes may collide: then the next key is tried. */
static uint32_t site_for(struct lr_model *m, unsigned kind, uint32_t frame, uint32_t thread)
{
	uint64_t key = lr_hash_mix(lr_hash_mix(kind, thread), frame);
	bool fresh = false;
	uint32_t *at;
	while (!fresh) {
		at = lr_map_put(&m->resource_of, key++, &fresh);
		if (fresh)
			break;
		const struct lr_resource_site *s = &m->resources[*at];
		if (s->kind == kind && s->frame == frame && s->thread == thread)
			return *at;
	}
	LR_GROW(m->resources, m->resources_used, m->resources_room);
	m->resources[m->resources_used] = (struct lr_resource_site){
		.frame = frame, .thread = thread, .kind = (uint8_t)kind, .first_time = UINT64_MAX};
	return *at = (uint32_t)m->resources_used++;
}

static void add_cell(struct lr_resource_site *to, const struct lr_resource_cell *c)
{
	to->created += c->created;
	to->released += c->released;
	to->lost += c->lost;
	to->open += c->open;
	to->open_bytes += c->open_bytes;
	if (c->peak_open > to->peak_open)
		to->peak_time = c->peak_time;
	to->peak_open += c->peak_open;
	to->at_peak += c->at_peak;
	to->at_peak_bytes += c->at_peak_bytes;
	to->first_time = c->first_time < to->first_time ? c->first_time : to->first_time;
	to->last_time = c->last_time > to->last_time ? c->last_time : to->last_time;
	for (int i = 0; i < 2; i++) {
		to->held[i].blocks += c->held[i];
		to->held[i].bytes += c->held_bytes[i];
	}
}

static void add_release(struct lr_model *m, uint32_t resource, uint32_t at, uint64_t count)
{
	bool fresh;
	uint32_t *index =
		lr_map_put(&m->resource_release_of, (uint64_t)resource << 32 | at, &fresh);
	if (fresh) {
		*index = (uint32_t)m->resource_releases_used;
		LR_GROW(m->resource_releases, m->resource_releases_used, m->resource_releases_room);
		m->resource_releases[m->resource_releases_used++] =
			(struct lr_resource_release_site){.resource = resource, .at = at};
	}
	m->resource_releases[*index].count += count;
}

static void place_open(struct lr_open_at *at, const struct lr_tally *t, const uint32_t *frames,
	uint32_t first_thread)
{
	bool known;
	for (size_t i = 0; i < at->used; i++) {
		struct lr_open_resource *o = &at->list[i];
		o->site = lr_model_frame_of(t, frames, o->site, &known);
		o->thread = o->inherited ? 0 : first_thread + o->thread + 1;
	}
}

void lr_model_resources(struct lr_model *m, struct lr_dump *d, struct lr_tally *t,
	const uint32_t *frames, uint32_t first_thread)
{
	struct lr_resources *res = &t->resources;
	uint32_t *index = lr_calloc(res->used, sizeof(*index));
	bool known;
	for (size_t i = 0; i < res->used; i++) {
		const struct lr_resource_cell *c = &res->cells[i];
		uint32_t frame = lr_model_frame_of(t, frames, c->site, &known);
		uint32_t thread = t->selection.by_thread ? first_thread + c->thread + 1 : 0;
		index[i] = site_for(m, c->kind, frame, thread);
		add_cell(&m->resources[index[i]], c);
		if (!c->followed.track)
			continue;
		struct lr_track *track = &res->history.tracks[c->followed.track - 1];
		track->frame = frame;
		track->thread = thread;
		track->kind = c->kind;
	}
	for (size_t i = 0; i < res->releases_used; i++)
		add_release(m, index[res->releases[i].cell],
			lr_model_frame_of(t, frames, res->releases[i].site, &known),
			res->releases[i].count);
	for (size_t i = 0; i < res->at_used; i++)
		place_open(&res->at[i], t, frames, first_thread);
	d->resources = lr_calloc(LR_RES_KINDS, sizeof(*d->resources));
	for (unsigned k = 0; k < LR_RES_KINDS; k++)
		d->resources[k] = res->total[k];
	d->resource_history = res->history;
	d->open_at = res->at;
	d->open_at_used = res->at_used;
	res->history = (struct lr_history){0};
	res->at = NULL;
	res->at_used = 0;
	free(index);
}

void lr_model_resources_free(struct lr_dump *d)
{
	for (size_t i = 0; i < d->open_at_used; i++) {
		free(d->open_at[i].sums);
		free(d->open_at[i].list);
	}
	lr_history_free(&d->resource_history);
	free(d->open_at);
	free(d->resources);
}

struct lr_resource_total lr_model_resource_total(const struct lr_model *m, unsigned kind)
{
	struct lr_resource_total sum = {0};
	for (size_t i = 0; i < m->dumps_used; i++) {
		const struct lr_resource_total *t = &m->dumps[i].resources[kind];
		sum.created += t->created;
		sum.released += t->released;
		sum.lost += t->lost;
		sum.open += t->open;
		sum.open_bytes += t->open_bytes;
		sum.inherited += t->inherited;
		sum.unknown_releases += t->unknown_releases;
		sum.inherited_releases += t->inherited_releases;
		if (t->peak_open > sum.peak_open)
			sum.peak_time = t->peak_time;
		sum.peak_open += t->peak_open;
		sum.peak_bytes += t->peak_bytes;
	}
	return sum;
}

const struct lr_open_at *lr_dump_open_at(const struct lr_dump *d, uint32_t scan)
{
	return lr_open_at(d->open_at, d->open_at_used, scan);
}
