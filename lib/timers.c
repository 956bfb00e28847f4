#include "lib/timers.h"

#include <signal.h>
#include <string.h>
#include "lib/read_by.h"
#include "lib/sys.h"

bool lt_timers_made;

static const char *next_line(const char *p, const char *end)
{
	p = p ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	return p ? p + 1 : NULL;
}

/* "signal/tid.12", "none/pid.12", "thread/pid.12" */
static const char *parse_notify(const char *p, const char *end, struct lt_timer *t)
{
	uint64_t v;
	const char *signal = lt_read_behind(p, end, "signal/"),
		   *none = lt_read_behind(p, end, "none/");
	const char *whom = signal ? signal : none ? none : lt_read_behind(p, end, "thread/");
	const char *tid = lt_read_behind(whom, end, "tid.");
	t->notify = none     ? SIGEV_NONE
		    : tid    ? SIGEV_THREAD_ID
		    : signal ? SIGEV_SIGNAL
			     : SIGEV_THREAD;
	p = lt_read_number(tid ? tid : lt_read_behind(whom, end, "pid."), end, 10, &v);
	t->tid = (uint32_t)v;
	return p;
}

/* An entry of four lines; behind it, else NULL. */
static const char *parse_one(const char *p, const char *end, struct lt_timer *t)
{
	uint64_t id = 0, sig = 0, clock = 0;
	p = next_line(lt_read_number(lt_read_behind(p, end, "ID: "), end, 10, &id), end);
	p = lt_read_behind(
		lt_read_number(lt_read_behind(p, end, "signal: "), end, 10, &sig), end, "/");
	p = next_line(lt_read_number(p, end, 16, &t->value), end);
	p = next_line(parse_notify(lt_read_behind(p, end, "notify: "), end, t), end);
	p = next_line(lt_read_number(lt_read_behind(p, end, "ClockID: "), end, 10, &clock), end);
	t->id = (uint32_t)id;
	t->sig = (uint16_t)sig;
	t->clock = (uint32_t)clock;
	return p;
}

uint32_t lt_timers_parse(
	const char *text, uint32_t len, struct lt_timer *out, uint32_t *n, uint32_t room)
{
	const char *p = text, *next;
	struct lt_timer t = {0};
	while (*n < room && (next = parse_one(p, text + len, &t))) {
		out[(*n)++] = t;
		p = next;
	}
	return (uint32_t)(p - text);
}

struct into {
	struct lt_timer *out;
	uint32_t n, room;
};

static uint32_t take(void *ctx, const char *text, uint32_t len)
{
	struct into *to = ctx;
	return lt_timers_parse(text, len, to->out, &to->n, to->room);
}

uint32_t lt_timers_read(struct lt_timer *out, uint32_t room, char *text, uint32_t len, bool *known)
{
	struct into to = {.out = out, .room = room};
	*known = lt_read_by("/proc/self/timers", text, len, take, &to);
	return to.n;
}
