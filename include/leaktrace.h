/* leaktrace.h: for programs that want to talk to the tracer.
 *
 * Nothing to link and nothing to preload: each function looks the tracer up once, and does nothing
 * where it is not there. All are safe in any thread; none fails. */
#ifndef LEAKTRACE_H
#define LEAKTRACE_H

#include <dlfcn.h>
#include <stddef.h>

/* RTLD_DEFAULT, which only _GNU_SOURCE shows, is the null pointer by the ABI. */
#define LEAKTRACE_EVERYWHERE_ ((void *)0)

/* The tracer's function, or NULL. */
static inline void *leaktrace_find_(const char *name, void **found)
{
	if (!*found) {
		void *f = dlsym(LEAKTRACE_EVERYWHERE_, name);
		*found = f ? f
			   : (void *)found; /* not there: remembered by an address of no function */
	}
	return *found != (void *)found ? *found : (void *)0;
}

static inline void leaktrace_call_(const char *name, void **found)
{
	void *f = leaktrace_find_(name, found);
	if (f)
		((void (*)(void))f)();
}

/* Stops recording until leaktrace_resume(). Blocks released meanwhile are still counted as live, so
 * pause around parts that release what they allocate. */
static inline void leaktrace_pause(void)
{
	static void *found;
	leaktrace_call_("leaktrace_tracer_pause", &found);
}

/* Records again; also what ends a start with LEAKTRACE_PAUSED=1. */
static inline void leaktrace_resume(void)
{
	static void *found;
	leaktrace_call_("leaktrace_tracer_resume", &found);
}

/* Has the program's live blocks judged now: what has leaked so far is in the dump some time later.
 * The program stands still for a moment. */
static inline void leaktrace_scan(void)
{
	static void *found;
	leaktrace_call_("leaktrace_tracer_scan", &found);
}

/* The block p, as malloc or operator new returned it, and what only it leads to, is kept on
 * purpose: it counts as suppressed, not as a leak. Until it is released or reallocated. */
static inline void leaktrace_ignore(const void *p)
{
	static void *found;
	void *f = leaktrace_find_("leaktrace_tracer_ignore", &found);
	if (f)
		((void (*)(const void *))f)(p);
}

/* The n bytes at p may hold the only pointers to blocks, though nothing shows it: what they point
 * to is reachable. Until leaktrace_unroot(p). */
static inline void leaktrace_root(const void *p, size_t n)
{
	static void *found;
	void *f = leaktrace_find_("leaktrace_tracer_root", &found);
	if (f)
		((void (*)(const void *, size_t))f)(p, n);
}

/* The memory at p is as any other again. */
static inline void leaktrace_unroot(const void *p)
{
	static void *found;
	void *f = leaktrace_find_("leaktrace_tracer_unroot", &found);
	if (f)
		((void (*)(const void *))f)(p);
}

#endif
