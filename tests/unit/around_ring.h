/* What surrounds the ring in its tests: the globals and calls of the library that do not matter
 * there. Included by one file of a test. */
#ifndef TESTS_AROUND_RING_H
#define TESTS_AROUND_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/say.h"
#include "lib/sys.h"
#include "lib/thread.h"
#include "lib/tracer.h"

static struct ltf_header header;
struct ltf_header *lt_header = &header;
enum lt_mode lt_mode = LT_MODE_ON;
struct lt_config lt_config = {.live = 1};
_Atomic bool lt_sealed;
bool lt_numbered;

void lt_thread_refresh_name(struct lt_thread *t)
{
	(void)t;
}

/* Not the coarse one: waits end when they should. */
static int clock_fine(clockid_t id, struct timespec *t)
{
	(void)id;
	return clock_gettime(CLOCK_MONOTONIC, t);
}
lt_clock_fn *lt_clock_now = clock_fine;

static void *memory(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

void *lt_sys_map(size_t len, bool wiped)
{
	(void)wiped;
	return memory(len);
}

void lt_sys_unmap(void *p, size_t len)
{
	munmap(p, len);
}

void lt_sys_forget(void *p, size_t len)
{
	madvise(p, len, MADV_DONTNEED);
}

void lt_sys_huge(void *p, size_t len)
{
	(void)p;
	(void)len;
}

void lt_say(int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

#endif
