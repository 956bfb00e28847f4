/* Regions, marks and names of threads, which the program tells by leaktrace.h: recorded, and what a
 * forked child needs of them kept beside. */
#ifndef LT_REGIONS_H
#define LT_REGIONS_H

#include <stdint.h>

enum { LT_REGIONS_DEEP = 64, LT_CALLED_BYTES = 63 };

/* Of a thread. Further in than LT_REGIONS_DEEP they are counted only. */
struct lt_regions {
	uint32_t depth;
	uint16_t name[LT_REGIONS_DEEP];
	char called[LT_CALLED_BYTES + 1];
};

struct lt_regs;
struct lt_thread;

/* Of the calling thread. The name's number, for lt_region_leave; 0: nothing is recorded. */
uint32_t lt_region_begin(const char *name, const struct lt_regs *regs);
/* NULL or "": the innermost. */
void lt_region_end(const char *name, const struct lt_regs *regs);
/* By a number that lt_region_begin has given, in this process or in one that has forked it. */
void lt_region_leave(uint32_t number, const struct lt_regs *regs);
void lt_region_mark(const char *name, const struct lt_regs *regs);
void lt_region_called(const char *name);

/* A forked child's first thread: its dump begins with what its parent was in. */
void lt_regions_inherit(struct lt_thread *t, const struct lt_regions *parent);

#endif
