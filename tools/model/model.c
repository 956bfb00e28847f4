#include "tools/model/model.h"

#include <stdlib.h>
#include <string.h>
#include "tools/model/model_parts.h"
#include "tools/util/mem.h"

struct lr_model *lr_model_new(void)
{
	struct lr_model *m = lr_calloc(1, sizeof(*m));
	LR_GROW(m->frames, m->frames_used, m->frames_room);
	m->frames[m->frames_used++] = (struct lr_frame){0};
	return m;
}

void lr_model_free(struct lr_model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->dumps_used; i++) {
		for (size_t k = 0; k < m->dumps[i].meta_used; k++) {
			free(m->dumps[i].meta[k].key);
			free(m->dumps[i].meta[k].value);
		}
		lr_history_free(&m->dumps[i].history);
		free(m->dumps[i].meta);
		lr_scans_free(&m->dumps[i].scans);
		free(m->dumps[i].loads);
		lr_model_resources_free(&m->dumps[i]);
		lr_model_marks_free(&m->dumps[i]);
		free(m->dumps[i].path);
	}
	for (size_t i = 0; i < m->modules_used; i++) {
		free(m->modules[i].path);
		free(m->modules[i].build_id);
	}
	for (size_t i = 0; i < m->threads_used; i++)
		free(m->threads[i].name);
	lr_map_free(&m->module_of);
	lr_map_free(&m->frame_of);
	lr_map_free(&m->site_of);
	lr_map_free(&m->release_of);
	lr_map_free(&m->resource_of);
	lr_map_free(&m->resource_release_of);
	free(m->dumps);
	free(m->modules);
	free(m->frames);
	free(m->sites);
	free(m->releases);
	free(m->threads);
	free(m->resources);
	free(m->resource_releases);
	lr_model_regions_free(m);
	lr_wrongs_free(&m->wrongs);
	lr_fd_wrongs_free(&m->fd_wrongs);
	free(m);
}

static void add_missed(struct lr_missed *to, const struct lr_missed *from)
{
	to->frees_of_unknown += from->frees_of_unknown;
	to->frees_of_inherited += from->frees_of_inherited;
	to->overlaps += from->overlaps;
	to->gaps += from->gaps;
	to->disordered += from->disordered;
	to->undefined_sites += from->undefined_sites;
	to->damaged_events += from->damaged_events;
	to->over_limit += from->over_limit;
	to->open_reallocs += from->open_reallocs;
	to->unknown_events += from->unknown_events;
}

uint32_t lr_model_frame_of(
	const struct lr_tally *t, const uint32_t *frames, uint32_t site, bool *known)
{
	uint32_t i = site ? lr_ids_get(&t->node_of, site) : LR_NO_ID;
	*known = i != LR_NO_ID || site == LTF_SITE_NONE;
	return i != LR_NO_ID ? frames[i] : 0;
}

static void add_site(struct lr_site *to, const struct lr_cell *c, bool judged)
{
	lr_counts_add(&to->counts, &c->counts);
	lr_churn_add(&to->churn, &c->churn);
	to->apis |= c->apis;
	if (judged)
		return;
	to->unjudged_blocks += c->counts.live_blocks;
	to->unjudged_bytes += c->counts.live_bytes;
}

/* Where a dump's numbers lead to in the model. */
struct placed {
	const uint32_t *frames, *regions;
	uint32_t first_thread;
	bool by_thread;
};

static uint32_t thread_of(const struct placed *at, const struct lr_cell *c)
{
	return at->by_thread ? at->first_thread + c->thread + 1 : 0;
}

/* Hashes may collide: then the next key is tried. */
static struct lr_site *site_for(
	struct lr_model *m, uint32_t frame, uint32_t thread, uint32_t region)
{
	uint64_t key = (uint64_t)thread << 32 | frame;
	bool fresh = false;
	uint32_t *at;
	if (region)
		key = lr_hash_mix(lr_hash_mix(region, thread), frame);
	for (;; key++) {
		at = lr_map_put(&m->site_of, key, &fresh);
		if (fresh)
			break;
		struct lr_site *s = &m->sites[*at];
		if (s->frame == frame && s->thread == thread && s->region == region)
			return s;
	}
	*at = (uint32_t)m->sites_used;
	LR_GROW(m->sites, m->sites_used, m->sites_room);
	m->sites[m->sites_used] =
		(struct lr_site){.frame = frame, .thread = thread, .region = region};
	return &m->sites[m->sites_used++];
}

static void add_sites(
	struct lr_model *m, struct lr_tally *t, const struct placed *where, bool judged)
{
	for (size_t i = 0; i < t->cells_used; i++) {
		const struct lr_cell *c = &t->cells[i];
		bool known;
		if (c->counts.allocations == 0)
			continue;
		uint32_t frame = lr_model_frame_of(t, where->frames, c->site, &known);
		if (!known)
			t->missed.undefined_sites += c->counts.allocations;
		struct lr_site *s =
			site_for(m, frame, thread_of(where, c), where->regions[c->region]);
		add_site(s, c, judged);
		for (int k = 0; k < 2; k++)
			if (i < t->held_used[k]) {
				s->held[k].blocks += t->held[k][i].blocks;
				s->held[k].bytes += t->held[k][i].bytes;
			}
	}
}

/* Tracks are told whose they are in the model's terms. */
static void name_tracks(struct lr_tally *t, const struct placed *where)
{
	for (size_t i = 0; i < t->cells_used; i++) {
		const struct lr_cell *c = &t->cells[i];
		bool known;
		if (c->followed.track == 0)
			continue;
		struct lr_track *track = &t->history.tracks[c->followed.track - 1];
		track->frame = lr_model_frame_of(t, where->frames, c->site, &known);
		track->thread = thread_of(where, c);
		track->region = where->regions[c->region];
	}
}

static void add_releases(struct lr_model *m, const struct lr_tally *t, const uint32_t *frames)
{
	for (size_t i = 0; i < t->releases_used; i++) {
		const struct lr_release_cell *c = &t->releases[i];
		bool known, fresh;
		uint32_t frame = lr_model_frame_of(t, frames, t->cells[c->cell].site, &known);
		uint32_t at = lr_model_frame_of(t, frames, c->site, &known);
		uint32_t *index = lr_map_put(&m->release_of, (uint64_t)frame << 32 | at, &fresh);
		if (fresh) {
			*index = (uint32_t)m->releases_used;
			LR_GROW(m->releases, m->releases_used, m->releases_room);
			m->releases[m->releases_used++] =
				(struct lr_release){.frame = frame, .at = at};
		}
		m->releases[*index].count += c->count;
	}
}

/* Where events are missing, what looks wrong may be right. */
static bool is_complete(const struct lr_source *source, const struct lr_tally *t)
{
	const struct ltf_header *h = lr_source_header(source);
	const struct lr_missed *missed = &t->missed;
	for (size_t i = 0; i < t->meta_used; i++)
		if (strcmp(t->meta[i].key, "paused") == 0 ||
			strcmp(t->meta[i].key, "unhooked") == 0)
			return false;
	return !(h->lost[LTF_LOST_EVENTS] | h->lost[LTF_LOST_NESTED] | missed->overlaps |
		       missed->gaps | missed->disordered | missed->damaged_events |
		       missed->over_limit | missed->unknown_events) &&
	       !lr_source_status(source)->damage.text[0];
}

static void add_fd_wrongs(struct lr_model *m, struct lr_tally *t, const uint32_t *frames)
{
	struct lr_fd_wrongs *l = &t->fd_wrongs;
	bool known;
	for (size_t i = 0; i < l->sweeps_used; i++)
		l->sweeps[i] = lr_model_frame_of(t, frames, l->sweeps[i], &known);
	for (size_t i = 0; i < l->used; i++) {
		struct lr_fd_wrong w = l->list[i];
		w.close = lr_model_frame_of(t, frames, w.close, &known);
		w.first = lr_model_frame_of(t, frames, w.first, &known);
		w.opened = lr_model_frame_of(t, frames, w.opened, &known);
		w.stream = lr_model_frame_of(t, frames, w.stream, &known);
		w.dump = (uint32_t)m->dumps_used;
		if (w.kind != LR_FD_DOUBLE || !lr_fd_wrongs_sweeps(l, w.close))
			lr_fd_wrongs_add(&m->fd_wrongs, &w);
	}
	m->fd_wrongs.left_out += l->left_out;
}

static void add_wrongs(struct lr_model *m, const struct lr_source *source, struct lr_tally *t,
	const uint32_t *frames)
{
	if (!is_complete(source, t))
		return;
	add_fd_wrongs(m, t, frames);
	for (size_t i = 0; i < t->wrongs.used; i++) {
		struct lr_wrong w = t->wrongs.list[i];
		bool known;
		w.alloc = lr_model_frame_of(t, frames, w.alloc, &known);
		w.release = lr_model_frame_of(t, frames, w.release, &known);
		w.first = lr_model_frame_of(t, frames, w.first, &known);
		w.dump = (uint32_t)m->dumps_used;
		lr_wrongs_add(&m->wrongs, &w);
	}
	m->wrongs.left_out += t->wrongs.left_out + t->suspects.left_out;
}

static void add_threads(struct lr_model *m, struct lr_tally *t)
{
	for (size_t i = 0; i < t->threads_used; i++) {
		struct lr_tally_thread *from = &t->threads[i];
		LR_GROW(m->threads, m->threads_used, m->threads_room);
		m->threads[m->threads_used++] =
			(struct lr_thread){.name = from->called ? from->called : from->name,
				.dump = (uint32_t)m->dumps_used,
				.id = from->id,
				.tid = from->tid,
				.ended = from->ended,
				.first = from->first == UINT64_MAX ? 0 : from->first,
				.last = from->last,
				.allocations = from->allocations,
				.frees = from->frees,
				.allocated_bytes = from->allocated_bytes,
				.temporary = from->temporary};
		*(from->called ? &from->called : &from->name) = NULL;
	}
}

/* From the clock where the end is known, else up to the last event. */
static uint64_t duration_of(const struct ltf_header *h, const struct lr_tally *t)
{
	uint64_t us = h->end_mono > h->start_mono ? (h->end_mono - h->start_mono) / 1000 : 0;
	return us > t->now ? us : t->now;
}

static void add_loads(struct lr_dump *d, const struct lr_tally *t)
{
	d->loads = lr_calloc(t->modules_used, sizeof(*d->loads));
	d->loads_used = t->modules_used;
	for (size_t i = 0; i < t->modules_used; i++) {
		const struct lr_raw_module *raw = &t->modules[i];
		d->loads[i] = (struct lr_load){.bias = raw->bias,
			.start = raw->start,
			.end = raw->end,
			.module = raw->module,
			.unloaded = raw->unloaded};
	}
}

struct placing {
	const struct lr_tally *tally;
	const uint32_t *frames;
};

static uint32_t place(void *ctx, uint32_t site)
{
	const struct placing *p = ctx;
	bool known;
	return lr_model_frame_of(p->tally, p->frames, site, &known);
}

static void add_dump(struct lr_model *m, const char *path, struct lr_source *source,
	struct lr_tally *t, const uint32_t *frames, uint32_t first_thread)
{
	struct placing placing = {t, frames};
	struct lr_scans *scans = lr_source_scans(source);
	LR_GROW(m->dumps, m->dumps_used, m->dumps_room);
	struct lr_dump *d = &m->dumps[m->dumps_used++];
	*d = (struct lr_dump){.path = lr_strdup(path),
		.header = *lr_source_header(source),
		.status = *lr_source_status(source),
		.total = t->total,
		.missed = t->missed,
		.meta = t->meta,
		.meta_used = t->meta_used,
		.peak_time = t->peak_time,
		.live = t->live,
		.rss = t->rss,
		.rss_peak = t->rss_peak,
		.history = t->history,
		.whole = t->followed.track,
		.threads = t->threads_used - 1,
		.most_threads = t->most_threads,
		.modules = t->modules_used,
		.nodes = t->nodes_used,
		.scans = *scans};
	*scans = (struct lr_scans){.limits = scans->limits};
	lr_scans_place(&d->scans, place, &placing);
	add_loads(d, t);
	lr_model_resources(m, d, t, frames, first_thread);
	lr_model_marks(d, t);
	d->header.program[LTF_NAME_MAX - 1] = 0;
	d->duration = duration_of(&d->header, t);
	t->history = (struct lr_history){0};
	t->meta = NULL;
	t->meta_used = 0;
}

void lr_model_add(
	struct lr_model *m, const char *path, struct lr_source *source, struct lr_tally *t)
{
	uint32_t first_thread = (uint32_t)m->threads_used;
	uint32_t *frames = lr_model_frames(m, t);
	uint32_t *regions = lr_model_regions(m, lr_source_header(source)->program, t, first_thread);
	const struct placed where = {frames, regions, first_thread, t->selection.by_thread};
	add_sites(m, t, &where, lr_source_scans(source)->used > 0);
	name_tracks(t, &where);
	add_releases(m, t, frames);
	add_wrongs(m, source, t, frames);
	add_threads(m, t);
	lr_counts_add(&m->total, &t->total);
	m->reallocations += t->reallocations;
	for (int i = 0; i < LTF_API_COUNT; i++)
		m->api[i] += t->api[i];
	for (int i = 0; i < LR_BUCKETS; i++) {
		m->sizes[i] += t->sizes[i];
		m->lifetimes[i] += t->lifetimes[i];
	}
	add_missed(&m->missed, &t->missed);
	add_dump(m, path, source, t, frames, first_thread);
	free(regions);
	free(frames);
}

const char *lr_dump_meta(const struct lr_dump *d, const char *key, size_t *len)
{
	for (size_t i = d->meta_used; i-- > 0;)
		if (strcmp(d->meta[i].key, key) == 0) {
			if (len)
				*len = d->meta[i].value_len;
			return d->meta[i].value;
		}
	return NULL;
}
