/* Which system calls wait, and whether for ever. Pure. */
#ifndef LT_WAITING_H
#define LT_WAITING_H

#include <stdint.h>

/* As a scan's table of threads has it. */
enum lt_waiting {
	LT_WAITING_NOT, /* or for a moment only: for a disk, say */
	LT_WAITING_LIMITED,
	LT_WAITING_FOREVER
};

/* number: less than 0 none. */
enum lt_waiting lt_waiting(int number, const uint64_t arg[6]);

#endif
