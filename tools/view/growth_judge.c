#include "tools/view/growth_judge.h"

#include "tools/view/trend_steps.h"

/* The coarse clock ticks each 4 ms; a shorter run has too few ticks to tell a trend from, but a few
 * ticks tell that nothing happens any more. So few allocations are a start-up, unless they are
 * large. */
enum { TIMED_LEAST = 250000, REST_LEAST = 100000, EVENTS_LEAST = 512 };
/* Windows. A program that is kept waiting, or takes long to end, does nothing for a while. */
enum { REST_OF_TIME = 5, REST_OF_EVENTS = 2 };

size_t lr_growth_end(const struct lr_history *h, const struct lr_dense *whole)
{
	size_t n = h->used, best = 0;
	if (n < 2)
		return n;
	const struct lr_moment *end = &h->moments[n - 1];
	uint64_t few = end->events / 50, brief = end->time / 10;
	if (end->time < TIMED_LEAST)
		return n;
	best = n - 1;
	for (size_t i = n - 1; i-- > 0;) {
		if (end->events - h->moments[i].events > few ||
			end->time - h->moments[i].time > brief)
			break;
		if (whole->last[i] > whole->last[best])
			best = i;
	}
	return whole->last[n - 1] < 0.3 * whole->last[best] ? best + 1 : n;
}

static void trend_along(const struct lr_history *h, const struct lr_dense *site, size_t used,
	bool timed, const struct lr_trend_settings *s, struct lr_trend *out)
{
	double x[LR_MOMENTS_MAX];
	struct lr_trend_values v = {.x = x, .low = site->low, .blocks = site->blocks, .used = used};
	for (size_t i = 0; i < used; i++)
		x[i] = (double)(timed ? h->moments[i].time : h->moments[i].events);
	struct lr_trend_settings settings = *s;
	settings.rest = timed ? REST_OF_TIME : REST_OF_EVENTS;
	double least = REST_LEAST * LR_TREND_WINDOWS / (x[used - 1] > 0 ? x[used - 1] : 1);
	if (timed && least > (double)settings.rest)
		settings.rest = (size_t)least;
	lr_trend_of(&v, &settings, out);
	if (!timed && out->kind == LR_TREND_GROWING && x[used - 1] < EVENTS_LEAST &&
		out->grown < s->large)
		out->kind = LR_TREND_UNSURE;
	if (out->kind != LR_TREND_GROWING && lr_trend_steps(&v, s, out))
		out->kind = out->confidence >= s->confidence ? LR_TREND_GROWING : LR_TREND_UNSURE;
}

/* True when in so large a last part of a short run the site held as much as in the end. */
static bool rests(const struct lr_history *h, const struct lr_dense *site, size_t used, double part)
{
	uint64_t end = h->moments[used - 1].time, since = 0;
	for (size_t i = 0; i + 1 < used; i++)
		if (site->last[i] < site->last[used - 1])
			since = h->moments[i + 1].time;
	return end - since >= REST_LEAST && (double)(end - since) >= (double)end * part;
}

/* True when it still rose in the last twentieth of the allocations. */
static bool still_rises(const struct lr_history *h, const struct lr_dense *site, size_t used)
{
	double now = site->low[used - 1], before = now;
	uint64_t end = h->moments[used - 1].events;
	for (size_t i = used - 1; i > 0 && end - h->moments[i - 1].events <= end / 20; i--)
		before = before < site->low[i - 1] ? before : site->low[i - 1];
	return now - before > now / 1000;
}

/* Either abscissa may show it. That it has ended in time alone means that the program allocates
 * nothing any more. */
static enum lr_trend_kind both(const struct lr_growth *g, bool resting, bool still)
{
	enum lr_trend_kind t = g->time.kind, e = g->events.kind;
	if (!g->timed)
		return e == LR_TREND_GROWING && resting ? LR_TREND_PAUSED : e;
	if (t == LR_TREND_GROWING && e == LR_TREND_ENDED && !still)
		return e;
	if (t == LR_TREND_GROWING)
		return e == LR_TREND_RETURNED || e == LR_TREND_STEADY ? LR_TREND_UNSURE : t;
	/* The steps of what doubles are far apart, and more so when the program is kept waiting. */
	if (e == LR_TREND_GROWING)
		return t == LR_TREND_ENDED && (resting || !g->events.by_block) ? LR_TREND_PAUSED
									       : e;
	return t;
}

void lr_growth_judge(const struct lr_history *h, const struct lr_dense *site, size_t used,
	const struct lr_trend_settings *s, struct lr_growth *out)
{
	*out = (struct lr_growth){.kind = LR_TREND_UNSURE};
	if (used == 0)
		return;
	out->timed = h->moments[used - 1].time >= TIMED_LEAST;
	trend_along(h, site, used, false, s, &out->events);
	if (out->timed)
		trend_along(h, site, used, true, s, &out->time);
	bool resting = rests(h, site, used, 0.6);
	out->kind = both(out, resting, still_rises(h, site, used));
	const struct lr_trend *t =
		out->timed && out->time.kind == LR_TREND_GROWING ? &out->time : &out->events;
	out->confidence = t->confidence;
	out->grown = t->grown;
	out->per_event = out->events.slope;
	out->per_second = out->timed ? out->time.slope * 1e6 : 0;
	for (size_t i = 0; i < used; i++)
		if ((double)(t == &out->time ? h->moments[i].time : h->moments[i].events) <=
			t->from)
			out->from_time = (double)h->moments[i].time;
}
