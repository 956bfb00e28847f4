#include "tools/view/open_each.h"

#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/match.h"

static uint64_t mix_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = lr_hash_mix(hash, (unsigned char)*text);
	return lr_hash_mix(hash, 1);
}

/* What is not known by its line is known by its address. */
static uint64_t lines_of(const struct lr_findings_input *in, uint32_t frame)
{
	uint64_t hash = 1;
	for (; frame; frame = in->model->frames[frame].parent) {
		size_t count;
		const struct lr_location *at = lr_names_at(in->names, frame, &count);
		for (size_t i = 0; i < count; i++) {
			hash = mix_text(hash, at[i].function);
			hash = mix_text(hash, at[i].line ? at[i].file : at[i].module);
			hash = lr_hash_mix(hash, at[i].line ? at[i].line : at[i].offset);
		}
	}
	return hash;
}

size_t lr_open_site(struct lr_open_sites *s, const struct lr_findings_input *in, uint32_t frame)
{
	bool fresh, other;
	uint32_t *at = lr_map_put(&s->of_frame, frame, &fresh);
	if (!fresh)
		return *at - 1;
	uint32_t *same = lr_map_put(&s->of_lines, lines_of(in, frame), &other);
	if (other) {
		LR_GROW(s->frames, s->used, s->room);
		s->frames[s->used++] = frame;
		*same = (uint32_t)s->used;
	}
	*lr_map_put(&s->of_frame, frame, NULL) = *same;
	return *same - 1;
}

void lr_open_sites_free(struct lr_open_sites *s)
{
	lr_map_free(&s->of_frame);
	lr_map_free(&s->of_lines);
	free(s->frames);
	*s = (struct lr_open_sites){.used = 0};
}

/* Where the last scan is asked for, the end is meant: what came behind it counts. */
static const struct lr_open_at *open_at(const struct lr_leak_scan *s)
{
	bool last = !s->scan || s->scan == lr_scans_get(&s->dump->scans, LR_SCANS_LAST);
	return lr_dump_open_at(s->dump, last ? LR_OPEN_END : s->scan->number);
}

static uint64_t end_of(const struct lr_leak_scan *s, const struct lr_open_at *at)
{
	if (at && at->scan == LR_OPEN_END)
		return s->dump->duration;
	return s->scan ? s->scan->figure[LTF_SCAN_TIME_US] : 0;
}

static bool is_wanted(struct lr_open_each *e)
{
	if (e->res->kind != e->kind || e->res->inherited ||
		!lr_match_thread(e->in->model, e->in->sites->thread, e->res->thread))
		return false;
	e->site = lr_open_site(e->sites, e->in, e->res->site);
	return !e->frame || e->site == lr_open_site(e->sites, e->in, e->frame);
}

bool lr_open_next(struct lr_open_each *e)
{
	const struct lr_leaks *l = e->in->leaks;
	for (; e->dump < l->scans_used; e->dump++, e->next = 0) {
		const struct lr_open_at *at = open_at(&l->scans[e->dump]);
		e->moment = &l->scans[e->dump];
		e->end = end_of(e->moment, at);
		while (at && at->list && e->next < at->used) {
			e->res = &at->list[e->next++];
			if (is_wanted(e))
				return true;
		}
	}
	return false;
}

bool lr_open_seen(const struct lr_open_each *e)
{
	return e->moment->scan && e->res->created <= e->moment->scan->figure[LTF_SCAN_TIME_US];
}
