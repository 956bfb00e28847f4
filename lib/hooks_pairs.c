/* What is made by one call and released by another of its own: hooks that are made from a table
 * (format/pairs.def). They need not know the functions' types: integers and pointers are passed in
 * registers, six of them, and one is returned, whatever the function makes of them. */
#include <fts.h>
#include <stdio.h>
#include "format/pairs.h"
#include "lib/fds.h"
#include "lib/hook.h"

#define NOT_ONE UINT64_MAX /* iconv_close((iconv_t)-1), freelocale(LC_GLOBAL_LOCALE) */

/* after: the handle that the program has now, in place of that before; 0: none. A release that is
 * part of making something else is recorded when that has been done: until then the program has
 * the old one. */
static __attribute__((noinline)) void made(
	enum ltf_pair pair, uint64_t before, uint64_t after, const struct lt_regs *regs)
{
	uint64_t args[3] = {before ? before : after, pair};
	if (before == after || before == NOT_ONE || lt_is_internal())
		return;
	if (before && after) {
		args[2] = after;
		lt_trace_resource(LTF_RES_PAIR_MOVE, args, 3, regs);
	} else if (after) {
		lt_trace_resource(LTF_RES_PAIR_CREATE, args, 3, regs);
	} else {
		lt_trace_resource(LTF_RES_PAIR_RELEASE, args, 2, regs);
	}
}

static inline uint64_t at(long place, unsigned offset)
{
	return place ? *(const uint64_t *)((uintptr_t)place + offset) : 0;
}

static inline uint64_t number_at(long place)
{
	return place ? (uint64_t) * (const uint32_t *)(uintptr_t)place + 1 : 0;
}

#define LTF_NO_HANDLE       0
#define LTF_RETURNED        ((uint64_t)r)
#define LTF_ARG(n)          ((uint64_t)a##n)
#define LTF_AT(n, offset)   at(a##n, offset)
#define LTF_NUMBER(n)       ((uint64_t)(uint32_t)a##n + 1)
#define LTF_NUMBER_AT(n)    number_at(a##n)
#define LTF_WITH(n, f, get) (a##n & (f) ? get : 0)
#define LTF_ZERO            ((int)r == 0)
#define LTF_NONZERO         ((int)r != 0)
#define LTF_POINTER         (r != 0)
#define LTF_NOT_MINUS_1     (r != -1)
#define LTF_ALWAYS          true

#define SIX long a1, long a2, long a3, long a4, long a5, long a6

/* The names in C differ from the functions', whose types are others. */
#define LTF_MAKES(pair, function, handle, success, before)                                         \
	LT_PUBLIC long lt_hook_##function(SIX) __asm__(#function);                                 \
	LT_PUBLIC long lt_hook_##function(SIX)                                                     \
	{                                                                                          \
		struct lt_regs regs;                                                               \
		uint64_t had = before;                                                             \
		long r = LT_LATE(function)(a1, a2, a3, a4, a5, a6);                                \
		if (!(success))                                                                    \
			return r;                                                                  \
		LT_REGS_CALLER(&regs);                                                             \
		made(LTF_PAIR_##pair, had, handle, &regs);                                         \
		return r;                                                                          \
	}

#define LTF_RELEASES(pair, function, handle)                                                       \
	LT_PUBLIC long lt_hook_##function(SIX) __asm__(#function);                                 \
	LT_PUBLIC long lt_hook_##function(SIX)                                                     \
	{                                                                                          \
		struct lt_regs regs;                                                               \
		LT_REGS_CALLER(&regs);                                                             \
		made(LTF_PAIR_##pair, handle, 0, &regs);                                           \
		return LT_LATE(function)(a1, a2, a3, a4, a5, a6);                                  \
	}

#define LTF_PAIR(...)
#define LTF_BY_HAND(...)
#include "format/pairs.def"

/* Its functions are a struct, which is passed on the stack. */
LT_PUBLIC FILE *fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions)
{
	struct lt_regs regs;
	FILE *f = LT_LATE(fopencookie)(cookie, mode, functions);
	LT_REGS_CALLER(&regs);
	made(LTF_PAIR_MEMORY_STREAM, 0, (uintptr_t)f, &regs);
	return f;
}

/* A walk that changes directories keeps the first one open. */
#define FD_OF(walk) ((walk)->fts_options & FTS_NOCHDIR ? -1 : (walk)->fts_rfd)

#define DEFINE_FTS(open, close, walks, entry)                                                      \
	LT_PUBLIC walks *open(                                                                     \
		char *const *paths, int options, int (*order)(const entry **, const entry **))     \
	{                                                                                          \
		struct lt_regs regs;                                                               \
		walks *walk = LT_LATE(open)(paths, options, order);                                \
		if (!walk)                                                                         \
			return walk;                                                               \
		LT_REGS_CALLER(&regs);                                                             \
		lt_fd_opened(&regs, FD_OF(walk), LTF_FD_DIRECTORY, 0, 0);                          \
		made(LTF_PAIR_TREE_WALK, 0, (uintptr_t)walk, &regs);                               \
		return walk;                                                                       \
	}                                                                                          \
	LT_PUBLIC int close(walks *walk)                                                           \
	{                                                                                          \
		struct lt_regs regs;                                                               \
		LT_REGS_CALLER(&regs);                                                             \
		made(LTF_PAIR_TREE_WALK, (uintptr_t)walk, 0, &regs);                               \
		lt_fd_closing(&regs, FD_OF(walk), LTF_FD_BY_CLOSE, NULL);                          \
		return LT_LATE(close)(walk);                                                       \
	}
DEFINE_FTS(fts_open, fts_close, FTS, FTSENT)
DEFINE_FTS(fts64_open, fts64_close, FTS64, FTSENT64)
