/* leaktrace.h: for programs that want to talk to the tracer. C and C++.
 *
 * Nothing to link and nothing to preload: the first call looks the tracer up, and where it is not
 * there each call is a load, a comparison and a branch. All may be called in any thread and, but
 * for the very first call, in signal handlers; none fails, and errno is kept. Texts are copied;
 * NULL and "" are harmless. libleaktrace(7) says more. */
#ifndef LEAKTRACE_H
#define LEAKTRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What leaktrace_stats() tells. */
struct leaktrace_stats {
	size_t size;       /* of this struct, as the program knows it */
	uint64_t recorded; /* 1: the tracer counts, now; 0: it is not there, or paused: all else is
			    * then of no use */
	/* Of the calling thread, since its start: blocks that it was given, blocks that it gave
	 * back, bytes as it asked for them. A realloc is one of each. */
	uint64_t allocations, frees, bytes;
	/* Of all threads, also those that have ended, since the process began or was forked. */
	uint64_t process_allocations, process_frees, process_bytes;
	/* Allocations less frees. Less than 0 where blocks from before a fork or a pause are
	 * released. */
	int64_t process_blocks;
};

/* From here on to "For programs" nothing is meant to be used. */

/* The tracer's functions. It may have more behind them: `size` tells. */
struct leaktrace_calls_ {
	size_t size;
	void (*pause)(void);
	void (*resume)(void);
	void (*scan)(void);
	void (*ignore)(const void *);
	void (*root)(const void *, size_t);
	void (*unroot)(const void *);
	unsigned (*region_begin)(const char *);
	void (*region_end)(const char *);
	void (*region_leave)(unsigned);
	void (*mark)(const char *);
	void (*thread_name)(const char *);
	void (*stats)(struct leaktrace_stats *);
};

#ifdef __cplusplus
#define LEAKTRACE_CAST_(type, value) reinterpret_cast<type>(value)
#else
#define LEAKTRACE_CAST_(type, value) ((type)(value))
#endif
#if defined(__cplusplus) && __cplusplus >= 201103L
#define LEAKTRACE_NULL_ nullptr
#else
#define LEAKTRACE_NULL_ NULL
#endif

#if defined(__GNUC__) && defined(__linux__)

#define LEAKTRACE_INLINE_ static __inline__ __attribute__((always_inline, unused))
#define LEAKTRACE_RARE_   static __attribute__((noinline, cold, unused))

/* References of their own, which leave the program's as they are: in a static program they are
 * null, and so nothing of the loader is linked in. */
static void *leaktrace_dlsym_(void *, const char *) __attribute__((weakref("dlsym")));
static char *leaktrace_dlerror_(void) __attribute__((weakref("dlerror")));

/* One for each program or library, however many of its files include this. NULL: not looked up yet;
 * LEAKTRACE_NOWHERE_: not there. */
extern const struct leaktrace_calls_ *leaktrace_found_ __attribute__((weak, visibility("hidden")));
const struct leaktrace_calls_ *leaktrace_found_;
#define LEAKTRACE_NOWHERE_ LEAKTRACE_CAST_(const struct leaktrace_calls_ *, sizeof(char))

/* Whoever comes at the same time finds the same. */
LEAKTRACE_RARE_ const struct leaktrace_calls_ *leaktrace_look_(void)
{
	/* RTLD_DEFAULT, which only _GNU_SOURCE shows, is the null pointer by the ABI. */
	void *found = leaktrace_dlsym_ ? leaktrace_dlsym_(LEAKTRACE_NULL_, "leaktrace_tracer_calls")
				       : LEAKTRACE_NULL_;
	const struct leaktrace_calls_ *calls = LEAKTRACE_NOWHERE_;
	if (found)
		calls = LEAKTRACE_CAST_(const struct leaktrace_calls_ *, found);
	else if (leaktrace_dlsym_ && leaktrace_dlerror_)
		leaktrace_dlerror_(); /* not for the program's next dlerror() */
	__atomic_store_n(&leaktrace_found_, calls, __ATOMIC_RELAXED);
	return found ? calls : LEAKTRACE_NULL_;
}

LEAKTRACE_INLINE_ const struct leaktrace_calls_ *leaktrace_calls_(void)
{
	const struct leaktrace_calls_ *calls = __atomic_load_n(&leaktrace_found_, __ATOMIC_RELAXED);
	if (__builtin_expect(calls == LEAKTRACE_NOWHERE_, 1))
		return LEAKTRACE_NULL_;
	return __builtin_expect(!calls, 0) ? leaktrace_look_() : calls;
}

#else /* other systems and compilers: it is never there */

#ifdef __cplusplus
#define LEAKTRACE_INLINE_ inline
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L
#define LEAKTRACE_INLINE_ static inline
#else
#define LEAKTRACE_INLINE_ static
#endif
#define LEAKTRACE_RARE_ LEAKTRACE_INLINE_

LEAKTRACE_INLINE_ const struct leaktrace_calls_ *leaktrace_calls_(void)
{
	return LEAKTRACE_NULL_;
}

#endif

/* For programs. */

/* Stops recording until leaktrace_resume(). Blocks released meanwhile are still counted as live, so
 * pause around parts that release what they allocate. */
LEAKTRACE_INLINE_ void leaktrace_pause(void)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->pause();
}

/* Records again; also what ends a start with LEAKTRACE_PAUSED=1. */
LEAKTRACE_INLINE_ void leaktrace_resume(void)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->resume();
}

/* Has the program's live blocks judged now: what has leaked so far is in the dump some time later.
 * The program stands still for a moment. */
LEAKTRACE_INLINE_ void leaktrace_scan(void)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->scan();
}

/* The block p, as malloc or operator new returned it, and what only it leads to, is kept on
 * purpose: it counts as suppressed, not as a leak. Until it is released or reallocated. */
LEAKTRACE_INLINE_ void leaktrace_ignore(const void *p)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->ignore(p);
}

/* The n bytes at p may hold the only pointers to blocks, though nothing shows it: what they point
 * to is reachable. Until leaktrace_unroot(p). */
LEAKTRACE_INLINE_ void leaktrace_root(const void *p, size_t n)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->root(p, n);
}

/* The memory at p is as any other again. */
LEAKTRACE_INLINE_ void leaktrace_unroot(const void *p)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->unroot(p);
}

/* What this thread allocates from here on, until the end, counts to a region of this name. Regions
 * lie within each other. */
LEAKTRACE_INLINE_ void leaktrace_region_begin(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->region_begin(name);
}

/* Ends this thread's innermost region of this name, with those within it that have not ended; NULL
 * or "": the innermost. */
LEAKTRACE_INLINE_ void leaktrace_region_end(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->region_end(name);
}

/* A moment of the whole process gets a name. */
LEAKTRACE_INLINE_ void leaktrace_mark(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->mark(name);
}

/* What reports call this thread. The name that the kernel has stays as it is. NULL or "": that one
 * again. */
LEAKTRACE_INLINE_ void leaktrace_thread_name(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_calls_();
	if (calls)
		calls->thread_name(name);
}

#endif
