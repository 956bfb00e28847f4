/* Timers of the process, as the kernel tells them (/proc/self/timers). Read in the process, just
 * before the copy is made: a copy has none. */
#ifndef LT_TIMERS_H
#define LT_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

/* The program has made one by timer_create. */
extern bool lt_timers_made;

enum lt_timer_notify {
	LT_TIMER_SIGNAL,
	LT_TIMER_NONE,
	LT_TIMER_THREAD = 2,
	LT_TIMER_TO_THREAD = 4
};
struct lt_timer {
	uint64_t value; /* what the signal carries */
	uint32_t id;
	uint32_t clock; /* clockid_t */
	uint32_t tid;   /* or process, that is told */
	uint16_t sig;
	uint8_t notify; /* as sigev_notify: SIGEV_SIGNAL, NONE, THREAD_ID */
};

/* Writes at most room of them; text: so many bytes to read with. Returns how many there are, and
 * *known false where the kernel does not tell. */
uint32_t lt_timers_read(struct lt_timer *out, uint32_t room, char *text, uint32_t len, bool *known);

/* Takes the whole entries in the text; returns how many bytes were read. Pure. */
uint32_t lt_timers_parse(
	const char *text, uint32_t len, struct lt_timer *out, uint32_t *n, uint32_t room);

#endif
