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

static inline void leaktrace_call_(const char *name, void **found)
{
	if (!*found) {
		void *f = dlsym(LEAKTRACE_EVERYWHERE_, name);
		*found = f ? f
			   : (void *)found; /* not there: remembered by an address of no function */
	}
	if (*found != (void *)found)
		((void (*)(void)) * found)();
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

#endif
