#include "tools/view/growth_judge.h"

#include "tools/view/trend_steps.h"

/* The coarse clock ticks each 4 ms; a shorter run has too few ticks to tell a trend from. */
enum { TIMED_LEAST = 250000 };

size_t lr_growth_end(const struct lr_history *h, const struct lr_dense *whole)
{
	size_t n = h->used, best = 0;
	if (n < 2)
		return n;
	const struct lr_moment *end = &h->moments[n - 1];
	uint64_t few = end->events / 50, brief = end->time / 50;
	if (brief < 8000)
		brief = 8000;
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
	lr_trend_of(&v, s, out);
	if (out->kind != LR_TREND_GROWING && lr_trend_steps(&v, s, out))
		out->kind = out->confidence >= s->confidence ? LR_TREND_GROWING : LR_TREND_UNSURE;
}

/* Either abscissa may show it. That it has ended in time alone means that the program rests. */
static enum lr_trend_kind both(const struct lr_growth *g)
{
	enum lr_trend_kind t = g->time.kind, e = g->events.kind;
	if (!g->timed)
		return e;
	if (t == LR_TREND_GROWING)
		return e == LR_TREND_RETURNED || e == LR_TREND_STEADY ? LR_TREND_UNSURE : t;
	if (e == LR_TREND_GROWING)
		return t == LR_TREND_ENDED ? LR_TREND_PAUSED : e;
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
	out->kind = both(out);
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
