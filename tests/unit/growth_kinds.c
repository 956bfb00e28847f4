#include "tests/unit/growth_kinds.h"

#include <math.h>
#include <stdlib.h>
#include "tools/util/limits.h"

enum { BLOCKS_MAX = 1 << 16, TICK = 4000 };

struct growth_sim {
	struct lr_tally *tally;
	uint64_t random;
	uint32_t cell, other;
	uint64_t size[BLOCKS_MAX]; /* live blocks, oldest at first */
	size_t first, used;
	double held;
	uint64_t block; /* bytes */
	double clock, step_time;
	int steps;
	int others; /* allocations of others for a step of the site */
	double scale;
};

static uint64_t next(struct growth_sim *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static double between(struct growth_sim *s, double from, double to)
{
	return from + (to - from) * ((double)(next(s) >> 11) / (double)(1ULL << 53));
}

/* Even in the logarithm. */
static double scaled(struct growth_sim *s, double from, double to)
{
	return exp(between(s, log(from), log(to)));
}

/* About 0, with a deviation of 1. */
static double normal(struct growth_sim *s)
{
	double sum = 0;
	for (int i = 0; i < 12; i++)
		sum += between(s, 0, 1);
	return sum - 6;
}

static void take(struct growth_sim *s, uint64_t size)
{
	if (s->used == BLOCKS_MAX)
		return;
	lr_tally_alloc(s->tally, s->cell, size, (uint64_t)s->clock);
	s->size[(s->first + s->used++) % BLOCKS_MAX] = size;
	s->held += (double)size;
}

static void drop(struct growth_sim *s)
{
	uint64_t size = s->size[s->first];
	s->first = (s->first + 1) % BLOCKS_MAX;
	s->used--;
	s->held -= (double)size;
	lr_tally_free_block(s->tally, s->cell, size, 0, false);
}

static void others(struct growth_sim *s)
{
	for (int i = (int)between(s, 0, s->others * 2 + 1); i > 0; i--) {
		uint64_t size = next(s) % 500;
		lr_tally_alloc(s->tally, s->other, size, (uint64_t)s->clock);
		lr_tally_free_block(s->tally, s->other, size, 0, true);
	}
}

/* A step of the run, in whose end the site holds about so much. */
static void step(struct growth_sim *s, double level)
{
	while (s->held + (double)s->block <= level && s->used < BLOCKS_MAX)
		take(s, s->block);
	while (s->used && s->held > level)
		drop(s);
	others(s);
	s->clock += s->step_time * between(s, 0.2, 1.8);
	uint64_t tick = (uint64_t)s->clock / TICK * TICK;
	lr_tally_time(s->tally, tick);
}

/* One block is released and another taken: what lives stays as much. */
static void turn_over(struct growth_sim *s)
{
	if (s->used) {
		drop(s);
		take(s, s->block);
	}
}

static double at(const struct growth_sim *s, int i)
{
	return (double)i / s->steps;
}

/* --- what grows --- */

static void linear(struct growth_sim *s)
{
	for (int i = 0; i < s->steps; i++)
		step(s, s->scale * at(s, i));
}

static void after_start_up(struct growth_sim *s)
{
	double until = between(s, 0.02, 0.3), base = s->scale * between(s, 0.5, 10);
	for (int i = 0; i < s->steps; i++)
		step(s, base * fmin(1, at(s, i) / until) + s->scale * at(s, i));
}

static void slow_in_noise(struct growth_sim *s)
{
	double noise = s->scale * between(s, 0.1, 0.5), drift = s->scale * between(s, 0.5, 1.5);
	for (int i = 0; i < s->steps; i++)
		step(s, s->scale * 2 + noise * normal(s) + drift * at(s, i));
}

static void leak_in_steps(struct growth_sim *s)
{
	int count = (int)between(s, 10, 40);
	double shift = between(s, 0, 1), level = 0;
	for (int i = 0; i < s->steps; i++) {
		if ((int)(at(s, i) * count + shift) != (int)(at(s, i + 1) * count + shift))
			level += s->scale / count * between(s, 0.7, 1.3);
		step(s, level);
	}
}

static void leak_on_saw_tooth(struct growth_sim *s)
{
	double teeth = scaled(s, 10, 300), tooth = s->scale * between(s, 0.3, 2);
	for (int i = 0; i < s->steps; i++) {
		double phase = at(s, i) * teeth;
		step(s, s->scale * at(s, i) + tooth * (phase - floor(phase)));
	}
}

/* An array that is appended to; its room grows by a factor. */
static void realloc_by(struct growth_sim *s, double factor)
{
	double has = 0, room = 64, element = s->scale / s->steps;
	take(s, (uint64_t)room);
	for (int i = 0; i < s->steps; i++) {
		has += element;
		while (has > room) {
			uint64_t old = s->size[s->first];
			room *= factor;
			lr_tally_lift(s->tally, s->cell, old);
			lr_tally_free_lifted(s->tally, s->cell, old, 0, false);
			lr_tally_alloc(s->tally, s->cell, (uint64_t)room, (uint64_t)s->clock);
			s->size[s->first] = (uint64_t)room;
			s->held = room;
		}
		others(s);
		s->clock += s->step_time * between(s, 0.2, 1.8);
		lr_tally_time(s->tally, (uint64_t)s->clock / TICK * TICK);
	}
}

static void realloc_doubling(struct growth_sim *s)
{
	realloc_by(s, 2);
}

static void realloc_half_more(struct growth_sim *s)
{
	realloc_by(s, 1.5);
}

static void realloc_eighth_more(struct growth_sim *s)
{
	realloc_by(s, 1.125);
}

static void day_and_night(struct growth_sim *s)
{
	double days = between(s, 5, 30), level = 0;
	for (int i = 0; i < s->steps; i++) {
		level += s->scale / s->steps * (1 + sin(at(s, i) * days * 6.2832));
		step(s, level);
	}
}

/* --- what does not --- */

static void cache_filled(struct growth_sim *s)
{
	double until = between(s, 0.05, 0.85);
	bool turns = next(s) % 2;
	for (int i = 0; i < s->steps; i++) {
		step(s, s->scale * fmin(1, at(s, i) / until));
		if (turns && at(s, i) > until)
			turn_over(s);
	}
}

static void cache_saturates(struct growth_sim *s)
{
	double tau = between(s, 0.05, 0.3);
	for (int i = 0; i < s->steps; i++)
		step(s, s->scale * (1 - exp(-at(s, i) / tau)));
}

static void start_up(struct growth_sim *s)
{
	double until = between(s, 0.02, 0.5), level = 0, noise = between(s, 0, 0.05);
	for (int i = 0; i < s->steps; i++) {
		if (at(s, i) < until)
			level += s->scale / until / s->steps * scaled(s, 0.1, 3);
		step(s, level + s->scale * noise * normal(s));
	}
}

static void saw_tooth(struct growth_sim *s)
{
	double teeth = scaled(s, 2.3, 300), base = s->scale * between(s, 0, 3);
	for (int i = 0; i < s->steps; i++) {
		double phase = at(s, i) * teeth;
		step(s, base + s->scale * (phase - floor(phase)));
	}
}

static void queue_drains(struct growth_sim *s)
{
	double level = 0, peak = 0;
	bool fills = true;
	for (int i = 0; i < s->steps; i++) {
		if (fills && between(s, 0, 1) < 6.0 / s->steps && level > 0.02 * s->scale)
			fills = false;
		peak = fmax(peak, level);
		level += s->scale / s->steps * (fills ? 4 : -8);
		if (level <= 0) {
			level = 0;
			fills = true;
		}
		step(s, level);
	}
	while (level > 0) { /* the run ends when all is done */
		level -= s->scale / s->steps * 8;
		step(s, level);
	}
}

static void bursts(struct growth_sim *s)
{
	double begin = between(s, 0.1, 0.6), end = begin + between(s, 0.05, 0.3);
	double base = s->scale * between(s, 0, 0.5);
	for (int i = 0; i < s->steps; i++) {
		double u = at(s, i), middle = (begin + end) / 2, half = (end - begin) / 2;
		step(s, base + (u > begin && u < end ? s->scale * (1 - fabs(u - middle) / half)
						     : 0));
	}
}

/* Between two walls, from one to the other in a twentieth of the run or less. */
static void bounded_walk(struct growth_sim *s)
{
	double x = between(s, 0, 1), by = sqrt(scaled(s, 20, 200) / s->steps);
	for (int i = 0; i < s->steps; i++) {
		x += by * normal(s);
		x = x < 0 ? -x : x > 1 ? 2 - x : x;
		step(s, s->scale * (0.5 + x));
	}
}

static void log_to_limit(struct growth_sim *s)
{
	double c = scaled(s, 10, 1000), until = between(s, 0.4, 0.85);
	for (int i = 0; i < s->steps; i++)
		step(s, s->scale * log(1 + c * fmin(at(s, i), until)) / log(1 + c));
}

static void constant_noise(struct growth_sim *s)
{
	double noise = s->scale * between(s, 0.02, 0.5);
	for (int i = 0; i < s->steps; i++)
		step(s, s->scale * 2 + noise * normal(s));
}

static void steps_ended(struct growth_sim *s)
{
	int count = (int)between(s, 3, 12);
	double until = between(s, 0.2, 0.7);
	for (int i = 0; i < s->steps; i++)
		step(s, s->scale * floor(fmin(1, at(s, i) / until) * count) / count);
}

/* An array that doubled until all was read in. */
static void array_filled(struct growth_sim *s)
{
	int steps = s->steps;
	s->steps = (int)(steps * between(s, 0.02, 0.35));
	realloc_by(s, 2);
	double held = s->held;
	for (int i = s->steps; i < steps; i++)
		step(s, held + (double)s->block / 2);
}

static void log_buffer(struct growth_sim *s)
{
	double limit = s->scale * between(s, 0.2, 1), level = 0;
	for (int i = 0; i < s->steps; i++) {
		level += s->scale / s->steps * scaled(s, 1, 100);
		if (level > limit)
			level = 0;
		step(s, level);
	}
}

const struct growth_kind growth_kinds[] = {
	{"linear", true, linear},
	{"after a start-up", true, after_start_up},
	{"slow, in noise", true, slow_in_noise},
	{"in steps", true, leak_in_steps},
	{"on a saw-tooth", true, leak_on_saw_tooth},
	{"realloc, doubling", true, realloc_doubling},
	{"realloc, half more", true, realloc_half_more},
	{"realloc, 1/8 more", true, realloc_eighth_more},
	{"day and night", true, day_and_night},
	{"cache filled", false, cache_filled},
	{"cache saturates", false, cache_saturates},
	{"start-up", false, start_up},
	{"saw-tooth", false, saw_tooth},
	{"queue drains", false, queue_drains},
	{"burst", false, bursts},
	{"walk within bounds", false, bounded_walk},
	{"log to a limit", false, log_to_limit},
	{"constant, noise", false, constant_noise},
	{"steps that ended", false, steps_ended},
	{"array filled", false, array_filled},
	{"log buffer", false, log_buffer},
};
const size_t growth_kinds_count = sizeof(growth_kinds) / sizeof(*growth_kinds);

struct lr_tally *growth_play(const struct growth_kind *kind, uint64_t seed, bool fast)
{
	static struct growth_sim s;
	s = (struct growth_sim){.random = seed};
	s.tally = lr_tally_new(&lr_selection_all, &lr_limits_default);
	s.cell = lr_tally_cell(s.tally, GROWTH_SITE, 0);
	s.other = lr_tally_cell(s.tally, GROWTH_OTHER, 0);
	s.steps = (int)scaled(&s, 2000, 20000);
	s.scale = scaled(&s, 200e3, 50e6);
	s.block = (uint64_t)(s.scale / between(&s, 300, 1500));
	s.others = (int)between(&s, 1, 5);
	s.step_time = (fast ? scaled(&s, 3e3, 80e3) : scaled(&s, 1e6, 600e6)) / s.steps;
	kind->play(&s);
	lr_tally_finish(s.tally);
	return s.tally;
}
