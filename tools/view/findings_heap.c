/* heap.peak: most of the peak is one large block that did not stay. heap.unreleased: what was
 * released did not go back to the kernel. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/growth_judge.h"
#include "tools/view/match.h"

struct told {
	uint64_t peak, live, resident; /* bytes: live at most, and live and resident afterwards */
	uint64_t kept;                 /* bytes: released, and resident all the same */
	uint64_t since;                /* microseconds */
};

/* resident: bytes, at most so many; 0: unknown, so nothing is told. Room that nobody has touched
 * was no memory. */
static bool is_peak(
	const struct lr_counts *c, uint64_t peak, uint64_t resident, const struct lr_thresholds *t)
{
	return c->peak_bytes && resident &&
	       c->peak_bytes >= lr_threshold(t, LR_THRESHOLD_HEAP_PEAK_BYTES) &&
	       c->peak_blocks <= lr_threshold(t, LR_THRESHOLD_HEAP_PEAK_BLOCKS) &&
	       lr_threshold_reached(t, LR_THRESHOLD_HEAP_PEAK_OF_PEAK, c->peak_bytes, peak) &&
	       lr_threshold_reached(t, LR_THRESHOLD_HEAP_PEAK_RESIDENT, resident, c->peak_bytes) &&
	       (double)c->live_bytes <= t->of[LR_THRESHOLD_HEAP_PEAK_LEFT] * (double)c->peak_bytes;
}

static void find_peak(struct lr_findings *f, const struct lr_findings_input *in)
{
	const struct lr_model *m = in->model;
	struct lr_match *match = lr_match_new(m, in->names, in->sites);
	uint64_t resident = 0;
	for (size_t i = 0; i < m->dumps_used; i++)
		resident += m->dumps[i].rss_peak;
	for (size_t i = 0; i < m->sites_used; i++) {
		const struct lr_counts *c = &m->sites[i].counts;
		if (!is_peak(c, m->total.peak_bytes, resident, in->thresholds) ||
			!lr_match_site(match, &m->sites[i]))
			continue;
		struct lr_finding *x = lr_finding_add(
			f, &lr_findings_heap, "heap.peak", LR_SEVERITY_LOW, m->sites[i].frame);
		x->count = c->peak_blocks;
		x->bytes = x->weight = c->peak_bytes;
		x->of = lr_findings_keep(
			f, &(struct told){.resident = resident}, sizeof(struct told));
	}
	lr_match_free(match);
}

static uint64_t resident_at(const struct lr_series *rss, uint64_t time)
{
	uint64_t v = 0;
	for (size_t i = 0; i < rss->used && (rss->samples[i].time <= time || v == 0); i++)
		v = rss->samples[i].last;
	return v;
}

/* After the heap was largest it shrank by most, the program went on, and resident memory did not
 * follow. What is resident besides the heap is taken from the peak. */
static bool is_unreleased(const struct lr_dump *d, const struct lr_dense *whole, size_t used,
	const struct lr_thresholds *t, struct told *u)
{
	const double least = t->of[LR_THRESHOLD_HEAP_UNRELEASED_BYTES];
	const struct lr_history *h = &d->history;
	size_t peak = 0, fell;
	for (size_t i = 0; i < used; i++)
		if (whole->last[i] > whole->last[peak])
			peak = i;
	if (used < 2 || d->rss.used < 2)
		return false;
	double live = whole->last[used - 1], gone = whole->last[peak] - live;
	for (fell = peak; fell + 1 < used && whole->last[fell] > live + gone / 10; fell++)
		;
	const struct lr_moment *end = &h->moments[used - 1], *at = &h->moments[fell];
	const struct lr_sample *last = &d->rss.samples[d->rss.used - 1];
	if (gone < least ||
		gone < whole->last[peak] * t->of[LR_THRESHOLD_HEAP_UNRELEASED_OF_PEAK] ||
		last->time <= at->time || end->events - at->events < end->events / 20 ||
		(end->time > 1000000 && end->time - at->time < end->time / 20))
		return false;
	double most = (double)d->rss_peak, now = (double)resident_at(&d->rss, UINT64_MAX);
	double besides =
		most > (double)d->total.peak_bytes ? most - (double)d->total.peak_bytes : 0;
	double kept = now - live - besides;
	*u = (struct told){.peak = d->total.peak_bytes,
		.live = (uint64_t)live,
		.resident = (uint64_t)now,
		.kept = kept > 0 ? (uint64_t)kept : 0,
		.since = at->time};
	return kept >= gone * t->of[LR_THRESHOLD_HEAP_UNRELEASED_RESIDENT] && kept >= least;
}

/* The site that held most of what was released. */
static uint32_t most_released(const struct lr_model *m)
{
	uint64_t most = 0;
	uint32_t frame = 0;
	for (size_t i = 0; i < m->sites_used; i++) {
		const struct lr_counts *c = &m->sites[i].counts;
		if (c->peak_bytes > c->live_bytes && c->peak_bytes - c->live_bytes > most) {
			most = c->peak_bytes - c->live_bytes;
			frame = m->sites[i].frame;
		}
	}
	return frame;
}

static void find_unreleased(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_dense *whole = lr_calloc(1, sizeof(*whole));
	for (size_t i = 0; i < in->model->dumps_used; i++) {
		const struct lr_dump *d = &in->model->dumps[i];
		struct told u;
		memset(whole, 0, sizeof(*whole));
		if (!d->whole)
			continue;
		lr_track_add(&d->history, &d->history.tracks[d->whole - 1], whole);
		if (!is_unreleased(d, whole, lr_growth_end(&d->history, whole), in->thresholds, &u))
			continue;
		struct lr_finding *x = lr_finding_add(f, &lr_findings_heap, "heap.unreleased",
			LR_SEVERITY_LOW, most_released(in->model));
		x->count = 1;
		x->bytes = x->weight = u.kept;
		x->of = lr_findings_keep(f, &u, sizeof(u));
	}
	free(whole);
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	find_peak(f, in);
	find_unreleased(f, in);
}

static void explain_peak(struct lr_finding *x, uint64_t all, const struct told *u)
{
	lr_finding_title(x, "%s of the peak of %s, in %s that did not stay",
		lr_show_bytes(x->bytes).text, lr_show_bytes(all).text,
		x->count == 1 ? "one block" : "a few blocks");
	lr_finding_say(x, "at most %s were resident; all else held %s at that moment",
		lr_show_bytes(u->resident).text, lr_show_bytes(all - x->bytes).text);
	lr_finding_count(x, "peak_bytes", all);
	lr_finding_count(x, "peak_resident_bytes", u->resident);
	lr_finding_next(x, "if it is read or built whole: do it in pieces");
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct told *u = x->of;
	if (strcmp(x->kind, "heap.peak") == 0) {
		explain_peak(x, in->model->total.peak_bytes, u);
		return;
	}
	lr_finding_title(x, "at least %s that were released are still resident, since %s",
		lr_show_bytes(u->kept).text, lr_show_time(u->since).text);
	lr_finding_say(x,
		"%s are live and %s resident; %s were live at most, and most of what was "
		"released then was made here",
		lr_show_bytes(u->live).text, lr_show_bytes(u->resident).text,
		lr_show_bytes(u->peak).text);
	lr_finding_count(x, "live_bytes", u->live);
	lr_finding_count(x, "resident_bytes", u->resident);
	lr_finding_count(x, "peak_bytes", u->peak);
	lr_finding_next(x, "release what lies between, rebuild what is left in new blocks, or call "
			   "malloc_trim(0)");
}

const struct lr_finding_producer lr_findings_heap = {.find = find, .explain = explain};
