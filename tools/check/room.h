/* How much above what was measured a limit is set. Pure. */
#ifndef LR_ROOM_H
#define LR_ROOM_H

#include <stdbool.h>
#include <stdint.h>

/* A count is the same in every run of a program that does the same; bytes differ with the lengths
 * of paths, names and numbers: a twentieth, at least 64 where there are any. */
static inline uint64_t lr_room_above(uint64_t v, bool bytes)
{
	uint64_t room = !bytes || !v ? 0 : v / 20 > 64 ? v / 20 : 64;
	return v > UINT64_MAX - room ? UINT64_MAX : v + room;
}

#endif
