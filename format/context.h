/* What the encoder and the reader of a body of events both know at each event: the past of the body
 * from which the next event is guessed. One code for both, so that they cannot drift apart.
 *
 * The guesses follow how programs and allocators behave: a block is mostly released soon after its
 * neighbours, an allocator hands out what of that size came back last, or what lies behind the
 * block before; a site follows the site that it followed last time, and asks for the size that it
 * asked for last time. A body stands for itself: its context begins empty. */
#ifndef LTF_CONTEXT_H
#define LTF_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "format/ring.h"

enum {
	LTF_RECENT = 1 << 12, /* blocks that a release can name by their number */
	LTF_CLASSES = 128,    /* of sizes; LTF_CLASS_UNKNOWN is that of blocks not among those */
	LTF_CLASS_UNKNOWN = 0,
	LTF_STACKED = 4, /* released blocks that are remembered of a class */
	LTF_GUESSES = 1024,
	LTF_GRAIN = 16 /* bytes; what common allocators align to */
};

/* How an ALLOC's address is told: the first of these that gives it. */
enum ltf_alloc_way {
	LTF_ALLOC_STACKED = 0,  /* 0 to 3: the one released so many before the last, of the class */
	LTF_ALLOC_BEHIND = 4,   /* behind the block that was last handed out so, or told in full */
	LTF_ALLOC_RELEASED = 5, /* what was released last */
	LTF_ALLOC_UNKNOWN = 6,  /* 6 to 8: as 0 to 2, of the unknown class */
	LTF_ALLOC_NEAR = 9,     /* by its distance from the last address: 2 bytes */
	LTF_ALLOC_FAR = 10,     /* 3 bytes */
	LTF_ALLOC_ANYWHERE = 11 /* the address: 6 bytes */
};

/* How the block of a FREE or RELEASE is told. Blocks are numbered as they are handed out. */
enum ltf_free_way {
	LTF_FREE_STEP = 0,      /* 0 to 9: 4 before to 5 behind the one last released */
	LTF_FREE_LATEST = 10,   /* the latest */
	LTF_FREE_BYTE = 11,     /* so many behind the one last released: 1 byte, signed */
	LTF_FREE_SHORT = 12,    /* 2 bytes, signed */
	LTF_FREE_NEAR = 13,     /* by its address: distance, 2 bytes */
	LTF_FREE_FAR = 14,      /* 3 bytes */
	LTF_FREE_ANYWHERE = 15, /* 6 bytes */
	LTF_STEP_LEAST = -4,
	LTF_STEP_MOST = 5
};

/* An address is here always divided by 8. */
struct ltf_context {
	uint64_t numbers[LTF_GUESSES / 2]; /* of regions, 32 bits each */
	struct ltf_stack {
		uint64_t addr[LTF_STACKED]; /* a ring */
	} stacks[LTF_CLASSES];
	uint8_t top[LTF_CLASSES];        /* where in stacks[] the last is */
	uint64_t behind, released, last; /* addresses */
	uint32_t count;                  /* ALLOCs so far */
	uint32_t freed;                  /* number of the block last released by its number */
	uint32_t site, site_before;      /* of the last ALLOC; hash of those before */
	uint8_t alloc_api, free_api;     /* last told */
	bool numbered;                   /* events have numbers */
	uint32_t follows[LTF_GUESSES];   /* site by the sites before it */
	uint64_t asked[LTF_GUESSES];     /* ltf_asked, by site */
	uint64_t pc_after[LTF_GUESSES];  /* pc by the pc before it */
	uint64_t pc, time, block;
	uint32_t node, module;
	/* Not emptied: nothing of it counts beyond count. address << 20 | api << 16 | class. */
	uint64_t recent[LTF_RECENT];
};

static inline void ltf_context_begin(struct ltf_context *c)
{
	memset(c, 0, offsetof(struct ltf_context, recent));
}

static inline uint32_t *ltf_context_number(struct ltf_context *c, unsigned region)
{
	return (uint32_t *)(void *)c->numbers + region;
}

/* What an allocator takes for a block of that size. */
static inline uint64_t ltf_grains(uint64_t size)
{
	uint64_t units = (size + 8 + LTF_GRAIN - 1) / LTF_GRAIN;
	return units < 2 ? 2 : units;
}

static inline unsigned ltf_class(uint64_t units)
{
	if (units < 72)
		return (unsigned)units;
	return units >> 40 ? LTF_CLASSES - 1 : 64 + 63 - (unsigned)__builtin_clzll(units);
}

static inline unsigned ltf_size_class(uint64_t size)
{
	return ltf_class(ltf_grains(size));
}

static inline unsigned ltf_guess_at(uint64_t key)
{
	return (unsigned)(key * 0x9e3779b97f4a7c15ull >> 54);
}

static inline uint32_t *ltf_guess_site(struct ltf_context *c)
{
	return &c->follows[ltf_guess_at((uint64_t)c->site << 32 | c->site_before)];
}

static inline uint64_t *ltf_guess_asked(struct ltf_context *c, uint32_t site)
{
	return &c->asked[ltf_guess_at(site)];
}

/* What a site asked for, in a word that is not 0. The highest bits of a size may be lost: then it
 * is not the guess. */
static inline uint64_t ltf_asked(uint64_t size, unsigned api)
{
	return size << 5 | ((api & 15) + 1);
}

enum { LTF_ASKED_API = 31 };

static inline uint64_t ltf_guessed_size(uint64_t asked)
{
	return asked >> 5;
}

/* before: the api of the ALLOC before. */
static inline unsigned ltf_guessed_api(uint64_t asked, unsigned before)
{
	return asked & LTF_ASKED_API ? (unsigned)(asked & LTF_ASKED_API) - 1 : before;
}

/* The place of what was put on the class's stack so many before the last. */
static inline uint64_t *ltf_stack_at(struct ltf_context *c, unsigned class, unsigned back)
{
	return &c->stacks[class].addr[(c->top[class] - back) & (LTF_STACKED - 1)];
}

static inline void ltf_stack_put(struct ltf_context *c, unsigned class, uint64_t addr)
{
	c->top[class]++;
	*ltf_stack_at(c, class, 0) = addr;
}

/* Takes one off the stack; the last takes its place. */
static inline void ltf_stack_take(struct ltf_context *c, unsigned class, unsigned back)
{
	uint64_t *last = ltf_stack_at(c, class, 0);
	*ltf_stack_at(c, class, back) = *last;
	*last = 0;
	c->top[class]--;
}

static inline void ltf_context_site(struct ltf_context *c, uint32_t site)
{
	c->site_before = c->site;
	c->site = site;
}

static inline uint64_t *ltf_recent_at(struct ltf_context *c, uint32_t number)
{
	return &c->recent[number & (LTF_RECENT - 1)];
}

static inline unsigned ltf_recent_api(uint64_t recent)
{
	return recent >> 16 & 15;
}

/* The api of a release of a block that came from this one. */
static inline unsigned ltf_release_api(unsigned alloc_api)
{
	return alloc_api == LTF_API_NEW || alloc_api == LTF_API_NEW_ARRAY ? alloc_api
									  : LTF_API_MALLOC;
}

static inline void ltf_context_freed(struct ltf_context *c, uint64_t addr, unsigned class)
{
	ltf_stack_put(c, class, addr);
	c->released = addr;
	c->last = addr;
}

/* Where an allocator may go on. */
static inline uint64_t ltf_behind(uint64_t addr, uint64_t grains)
{
	return addr + grains * (LTF_GRAIN / 8);
}

/* After an ALLOC, whichever way its address was told. */
static inline void ltf_context_alloc(struct ltf_context *c, uint64_t addr, uint64_t size,
	unsigned api, unsigned class, unsigned way)
{
	if (way < LTF_STACKED)
		ltf_stack_take(c, class, way);
	else if (way >= LTF_ALLOC_UNKNOWN && way < LTF_ALLOC_NEAR)
		ltf_stack_take(c, LTF_CLASS_UNKNOWN, way - LTF_ALLOC_UNKNOWN);
	else if (way != LTF_ALLOC_RELEASED)
		c->behind = ltf_behind(addr, ltf_grains(size));
	*ltf_recent_at(c, c->count++) = addr << 20 | (api & 15) << 16 | class;
	c->last = addr;
}
#endif
