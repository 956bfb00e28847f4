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

/* The last one up to that time; where there is none, the first. */
static const struct lr_sample *sample_at(const struct lr_series *rss, uint64_t time)
{
	size_t i = rss->used - 1;
	while (i && rss->samples[i].time > time)
		i--;
	return &rss->samples[i];
}

/* How the heap shrank after it was largest. */
struct fall {
	double peak, live; /* bytes: of the judged moments the most, and those in the end */
	const struct lr_moment *at;  /* nearly all of it had gone */
	const struct lr_moment *end; /* of the judged moments */
};

/* There are some. */
static struct fall find_fall(const struct lr_history *h, const struct lr_dense *whole, size_t used)
{
	size_t peak = 0, fell;
	for (size_t i = 0; i < used; i++)
		if (whole->last[i] > whole->last[peak])
			peak = i;
	struct fall f = {.peak = whole->last[peak],
		.live = whole->last[used - 1],
		.end = &h->moments[used - 1]};
	double nearly = f.live + (f.peak - f.live) / 10;
	for (fell = peak; fell + 1 < used && whole->last[fell] > nearly; fell++)
		;
	f.at = &h->moments[fell];
	return f;
}

static bool is_deep(const struct fall *f, const struct lr_thresholds *t)
{
	double gone = f->peak - f->live;
	return gone >= t->of[LR_THRESHOLD_HEAP_UNRELEASED_BYTES] &&
	       gone >= f->peak * t->of[LR_THRESHOLD_HEAP_UNRELEASED_OF_PEAK];
}

static bool went_on(const struct fall *f, const struct lr_thresholds *t)
{
	return lr_threshold_reached(t, LR_THRESHOLD_HEAP_UNRELEASED_OF_TIME,
		       f->end->time - f->at->time, f->end->time) &&
	       lr_threshold_reached(t, LR_THRESHOLD_HEAP_UNRELEASED_OF_CALLS,
		       f->end->events - f->at->events, f->end->events);
}

/* After the heap was largest it shrank by most, the program went on, and resident memory did not
 * follow. What is resident besides the heap is taken from the peak. */
static bool is_unreleased(const struct lr_dump *d, const struct lr_dense *whole, size_t used,
	const struct lr_thresholds *t, struct told *u)
{
	if (used < 2 || d->rss.used < 2)
		return false;
	struct fall f = find_fall(&d->history, whole, used);
	const struct lr_sample *last =
		sample_at(&d->rss, used < d->history.used ? f.end->time : UINT64_MAX);
	if (!is_deep(&f, t) || !went_on(&f, t) || last->time <= f.at->time)
		return false;
	double most = (double)d->rss_peak, peak = (double)d->total.peak_bytes;
	double besides = most > peak ? most - peak : 0;
	double gone = f.peak - f.live, kept = (double)last->last - f.live - besides;
	if (kept > gone)
		kept = gone;
	*u = (struct told){.peak = d->total.peak_bytes,
		.live = (uint64_t)f.live,
		.resident = last->last,
		.kept = kept > 0 ? (uint64_t)kept : 0,
		.since = f.at->time};
	return kept >= gone * t->of[LR_THRESHOLD_HEAP_UNRELEASED_RESIDENT] &&
	       kept >= t->of[LR_THRESHOLD_HEAP_UNRELEASED_BYTES];
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
