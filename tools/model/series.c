#include "tools/model/series.h"

static uint64_t interval_of(const struct lr_series *s, uint64_t time)
{
	return s->shift > 50 ? 0 : time / (1000ULL << s->shift) * (1000ULL << s->shift);
}

static void halve(struct lr_series *s)
{
	size_t to = 0;
	s->shift++;
	for (size_t i = 0; i < s->used; i++) {
		struct lr_sample v = s->samples[i];
		v.time = interval_of(s, v.time);
		if (to > 0 && s->samples[to - 1].time == v.time) {
			if (s->samples[to - 1].most < v.most)
				s->samples[to - 1].most = v.most;
			s->samples[to - 1].last = v.last;
		} else {
			s->samples[to++] = v;
		}
	}
	s->used = to;
}

void lr_series_add(struct lr_series *s, uint64_t time, uint64_t value)
{
	uint64_t at = interval_of(s, time);
	while (s->used == LR_SERIES_MAX && at > s->samples[s->used - 1].time) {
		halve(s);
		at = interval_of(s, time);
	}
	if (s->used == 0 || at > s->samples[s->used - 1].time) {
		s->samples[s->used++] = (struct lr_sample){at, value, value};
		return;
	}
	struct lr_sample *v = &s->samples[s->used - 1];
	v->last = value;
	if (v->most < value)
		v->most = value;
}
