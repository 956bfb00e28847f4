/* leaktrace.h: for programs that want to talk to the tracer. C and C++.
 *
 * Nothing to link and nothing to preload: the first call looks the tracer up, and where it is not
 * there each call is a load, a comparison and a branch. All may be called in any thread and, but
 * for the very first call, in signal handlers; none fails, and errno is kept. Texts are copied;
 * NULL and "" are harmless. libleaktrace(7) says more. */
#ifndef LEAKTRACE_H
#define LEAKTRACE_H

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __cplusplus
#include <exception>
#endif

/* What leaktrace_stats() tells. */
struct leaktrace_counts {
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
	void (*stats)(struct leaktrace_counts *);
};

#ifdef __cplusplus
#define LEAKTRACE_CAST_(type, value) reinterpret_cast<type>(value)
#define LEAKTRACE_NUMBER_(n)         static_cast<uint64_t>(n)
#else
#define LEAKTRACE_CAST_(type, value) ((type)(value))
#define LEAKTRACE_NUMBER_(n)         ((uint64_t)(n))
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
struct leaktrace_object_ { /* as struct dl_phdr_info begins, which only _GNU_SOURCE shows */
	uintptr_t base;
	const char *name;
};
static int leaktrace_objects_(int (*)(struct leaktrace_object_ *, size_t, void *), void *)
	__attribute__((weakref("dl_iterate_phdr")));

/* One for each program or library, however many of its files include this. NULL: not looked up yet;
 * LEAKTRACE_NOWHERE_: not there. */
extern const struct leaktrace_calls_ *leaktrace_found_ __attribute__((weak, visibility("hidden")));
const struct leaktrace_calls_ *leaktrace_found_;
#define LEAKTRACE_NOWHERE_ LEAKTRACE_CAST_(const struct leaktrace_calls_ *, sizeof(char))

LEAKTRACE_RARE_ int leaktrace_is_it_(struct leaktrace_object_ *object, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	return object->name && strstr(object->name, "libleaktrace") != LEAKTRACE_NULL_;
}

/* Whoever comes at the same time finds the same. Asked first is whether an object has our name:
 * dlsym allocates memory for what it says of a symbol that is nowhere. */
LEAKTRACE_RARE_ const struct leaktrace_calls_ *leaktrace_look_(void)
{
	/* RTLD_DEFAULT, which only _GNU_SOURCE shows, is the null pointer by the ABI. */
	void *found = leaktrace_dlsym_ && leaktrace_objects_ &&
				      leaktrace_objects_(leaktrace_is_it_, LEAKTRACE_NULL_)
			      ? leaktrace_dlsym_(LEAKTRACE_NULL_, "leaktrace_tracer_calls")
			      : LEAKTRACE_NULL_;
	const struct leaktrace_calls_ *calls =
		found ? LEAKTRACE_CAST_(const struct leaktrace_calls_ *, found)
		      : LEAKTRACE_NOWHERE_;
	__atomic_store_n(&leaktrace_found_, calls, __ATOMIC_RELAXED);
	return found ? calls : LEAKTRACE_NULL_;
}

LEAKTRACE_INLINE_ const struct leaktrace_calls_ *leaktrace_there_(void)
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

LEAKTRACE_INLINE_ const struct leaktrace_calls_ *leaktrace_there_(void)
{
	return LEAKTRACE_NULL_;
}

#endif

/* For programs. */

/* Stops recording until leaktrace_resume(). Blocks released meanwhile are still counted as live, so
 * pause around parts that release what they allocate. */
LEAKTRACE_INLINE_ void leaktrace_pause(void)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->pause();
}

/* Records again; also what ends a start with LEAKTRACE_PAUSED=1. */
LEAKTRACE_INLINE_ void leaktrace_resume(void)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->resume();
}

/* Has the program's live blocks judged now: what has leaked so far is in the dump some time later.
 * The program stands still for a moment. */
LEAKTRACE_INLINE_ void leaktrace_scan(void)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->scan();
}

/* The block p, as malloc or operator new returned it, and what only it leads to, is kept on
 * purpose: it counts as suppressed, not as a leak. Until it is released or reallocated. */
LEAKTRACE_INLINE_ void leaktrace_ignore(const void *p)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->ignore(p);
}

/* The n bytes at p may hold the only pointers to blocks, though nothing shows it: what they point
 * to is reachable. Until leaktrace_unroot(p). */
LEAKTRACE_INLINE_ void leaktrace_root(const void *p, size_t n)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->root(p, n);
}

/* The memory at p is as any other again. */
LEAKTRACE_INLINE_ void leaktrace_unroot(const void *p)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->unroot(p);
}

/* What this thread allocates from here on, until the end, counts to a region of this name. Regions
 * lie within each other. */
LEAKTRACE_INLINE_ void leaktrace_region_begin(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->region_begin(name);
}

/* Ends this thread's innermost region of this name, with those within it that have not ended; NULL
 * or "": the innermost. */
LEAKTRACE_INLINE_ void leaktrace_region_end(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->region_end(name);
}

/* A moment of the whole process gets a name. */
LEAKTRACE_INLINE_ void leaktrace_mark(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->mark(name);
}

/* What reports call this thread. The name that the kernel has stays as it is. NULL or "": that one
 * again. */
LEAKTRACE_INLINE_ void leaktrace_thread_name(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	if (calls)
		calls->thread_name(name);
}

/* What was allocated so far, by this thread and by the process: exact, as reports count it. Two of
 * these and a difference tell what a piece of code allocates. All 0 where there is no tracer. */
LEAKTRACE_INLINE_ void leaktrace_stats(struct leaktrace_counts *s)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	static const struct leaktrace_counts none = {
		sizeof(struct leaktrace_counts), 0, 0, 0, 0, 0, 0, 0, 0};
	*s = none;
	if (calls)
		calls->stats(s);
}

/* Whether allocations are recorded, now: the tracer is there and not paused. Where not, the
 * assertions below hold. */
LEAKTRACE_INLINE_ int leaktrace_is_traced(void)
{
	struct leaktrace_counts s;
	leaktrace_stats(&s);
	return s.recorded != 0;
}

/* Assertions, on what this thread has done since leaktrace_stats(&before):
 *
 *	leaktrace_assert_allocations_at_most(before, n)
 *	leaktrace_assert_bytes_at_most(before, n)
 *	leaktrace_assert_unfreed_at_most(before, n)	allocations less frees
 *
 * and on what it does in a block:
 *
 *	LEAKTRACE_ASSERT_NO_ALLOCATIONS { ... }
 *	LEAKTRACE_ASSERT_ALLOCATIONS_AT_MOST(n) { ... }
 *
 * A block is looked at however it is left, but for longjmp and C++ exceptions; break and continue
 * end the block, not a loop around it. What fails is told on standard error, and abort() ends the
 * program. NDEBUG makes no difference. */
#define leaktrace_assert_allocations_at_most(before, n)                                            \
	leaktrace_check_(                                                                          \
		LEAKTRACE_ALLOCATIONS_, &(before), LEAKTRACE_NUMBER_(n), __FILE__, __LINE__)
#define leaktrace_assert_bytes_at_most(before, n)                                                  \
	leaktrace_check_(LEAKTRACE_BYTES_, &(before), LEAKTRACE_NUMBER_(n), __FILE__, __LINE__)
#define leaktrace_assert_unfreed_at_most(before, n)                                                \
	leaktrace_check_(LEAKTRACE_UNFREED_, &(before), LEAKTRACE_NUMBER_(n), __FILE__, __LINE__)
#define LEAKTRACE_ASSERT_NO_ALLOCATIONS LEAKTRACE_ASSERT_ALLOCATIONS_AT_MOST(0)
#define LEAKTRACE_ASSERT_ALLOCATIONS_AT_MOST(n)                                                    \
	LEAKTRACE_BLOCK_(leaktrace_held_, LEAKTRACE_JOIN_(leaktrace_held_, __LINE__),              \
		(LEAKTRACE_NUMBER_(n), __FILE__, __LINE__))

/* LEAKTRACE_REGION("name") { ... } is a region however it is left, but for longjmp. In C++ there is
 * leaktrace::region, too. */
#define LEAKTRACE_REGION(name)                                                                     \
	LEAKTRACE_BLOCK_(leaktrace_scope_, LEAKTRACE_JOIN_(leaktrace_scope_, __LINE__), (name))

/* Called in place of telling and ending, when set; where it returns, the program goes on. Each
 * program and library has its own. */
typedef void leaktrace_assert_hook_fn(const char *text, const char *file, int line);
#ifdef __GNUC__
extern leaktrace_assert_hook_fn *leaktrace_assert_hook __attribute__((weak, visibility("hidden")));
leaktrace_assert_hook_fn *leaktrace_assert_hook;
#else
static leaktrace_assert_hook_fn *leaktrace_assert_hook;
#endif

/* From here on nothing is meant to be used by its name. */

enum leaktrace_what_ { LEAKTRACE_ALLOCATIONS_, LEAKTRACE_BYTES_, LEAKTRACE_UNFREED_ };

LEAKTRACE_RARE_ void leaktrace_fail_(
	enum leaktrace_what_ what, uint64_t had, uint64_t most, const char *file, int line)
{
	static const char *const is[] = {"allocation", "byte allocated", "unfreed block"};
	static const char *const are[] = {"allocations", "bytes allocated", "unfreed blocks"};
	char text[128];
	sprintf(text, "%" PRIu64 " %s, at most %" PRIu64 " allowed", had,
		had == 1 ? is[what] : are[what], most);
	if (leaktrace_assert_hook) {
		leaktrace_assert_hook(text, file, line);
		return;
	}
	fprintf(stderr, "%s:%d: %s\n", file, line, text);
	abort();
}

LEAKTRACE_RARE_ void leaktrace_compare_(enum leaktrace_what_ what,
	const struct leaktrace_counts *before, uint64_t most, const char *file, int line)
{
	struct leaktrace_counts now;
	uint64_t had, freed;
	leaktrace_stats(&now);
	had = now.allocations - before->allocations;
	freed = now.frees - before->frees;
	if (what == LEAKTRACE_BYTES_)
		had = now.bytes - before->bytes;
	if (what == LEAKTRACE_UNFREED_)
		had = had > freed ? had - freed : 0;
	if (now.recorded && had > most)
		leaktrace_fail_(what, had, most, file, line);
}

LEAKTRACE_INLINE_ void leaktrace_check_(enum leaktrace_what_ what,
	const struct leaktrace_counts *before, uint64_t most, const char *file, int line)
{
	if (before->recorded)
		leaktrace_compare_(what, before, most, file, line);
}

LEAKTRACE_INLINE_ unsigned leaktrace_enter_(const char *name)
{
	const struct leaktrace_calls_ *calls = leaktrace_there_();
	return calls ? calls->region_begin(name) : 0;
}

LEAKTRACE_INLINE_ void leaktrace_leave_(unsigned number)
{
	const struct leaktrace_calls_ *calls = number ? leaktrace_there_() : LEAKTRACE_NULL_;
	if (calls)
		calls->region_leave(number);
}

#define LEAKTRACE_JOIN_(a, b)  LEAKTRACE_JOIN2_(a, b)
#define LEAKTRACE_JOIN2_(a, b) a##b

#ifdef __cplusplus

#define LEAKTRACE_BLOCK_(type, variable, args)                                                     \
	for (leaktrace::type variable args; !variable.over; variable.over = true)

namespace leaktrace
{

/* A region from here to the end of the scope, by an exception, too. */
class region
{
	unsigned number;
	region(const region &);
	region &operator=(const region &);

      public:
	explicit region(const char *name) : number(leaktrace_enter_(name))
	{
	}
	~region()
	{
		leaktrace_leave_(number);
	}
};

struct leaktrace_scope_ {
	region inside;
	bool over;
	explicit leaktrace_scope_(const char *name) : inside(name), over(false)
	{
	}
};

/* Exceptions that are under way. */
inline int throwing_()
{
#if __cplusplus >= 201703L
	return std::uncaught_exceptions();
#else
	return std::uncaught_exception();
#endif
}

struct leaktrace_held_ {
	leaktrace_counts before;
	uint64_t most;
	const char *file;
	int line, throwing;
	bool over;
	leaktrace_held_(uint64_t n, const char *f, int l)
	    : most(n), file(f), line(l), throwing(throwing_()), over(false)
	{
		leaktrace_stats(&before);
	}
	~leaktrace_held_()
	{
		if (throwing_() == throwing)
			leaktrace_check_(LEAKTRACE_ALLOCATIONS_, &before, most, file, line);
	}
};

} // namespace leaktrace

#else

#ifdef __GNUC__
#define LEAKTRACE_BLOCK_(type, variable, args)                                                     \
	for (struct type variable __attribute__((cleanup(type##end))) = type##begin args;          \
		!variable.over; variable.over = 1)
#else
#define LEAKTRACE_BLOCK_(type, variable, args) for (int variable = 1; variable; variable = 0)
#endif

struct leaktrace_scope_ {
	unsigned number;
	int over;
};

LEAKTRACE_INLINE_ struct leaktrace_scope_ leaktrace_scope_begin(const char *name)
{
	struct leaktrace_scope_ s = {0, 0};
	s.number = leaktrace_enter_(name);
	return s;
}

LEAKTRACE_INLINE_ void leaktrace_scope_end(struct leaktrace_scope_ *s)
{
	leaktrace_leave_(s->number);
}

struct leaktrace_held_ {
	struct leaktrace_counts before;
	uint64_t most;
	const char *file;
	int line, over;
};

LEAKTRACE_INLINE_ struct leaktrace_held_ leaktrace_held_begin(
	uint64_t most, const char *file, int line)
{
	struct leaktrace_held_ h;
	h.most = most;
	h.file = file;
	h.line = line;
	h.over = 0;
	leaktrace_stats(&h.before);
	return h;
}

LEAKTRACE_INLINE_ void leaktrace_held_end(struct leaktrace_held_ *h)
{
	leaktrace_check_(LEAKTRACE_ALLOCATIONS_, &h->before, h->most, h->file, h->line);
}

#endif

#endif
