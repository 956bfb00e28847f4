/* What the programs of known verdicts share. None of it allocates but made(). */
#ifndef VERDICTS_H
#define VERDICTS_H

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A function of its own, about which its callers know nothing. */
#ifdef __clang__
#define APART __attribute__((noinline, unused))
#else
#define APART __attribute__((noipa, unused))
#endif

/* For the compiler somebody else has seen p, and may look at what it points to at any time. */
__attribute__((unused)) static inline void *escape(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

/* A block of zeros. */
__attribute__((unused)) static inline void *made(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		abort();
	return escape(p);
}

/* Overwrites what calls have left behind on the stack. */
APART static void clear(void)
{
	volatile char stack[16384];
	for (size_t i = 0; i < sizeof(stack); i++)
		stack[i] = 0;
}

/* Threads say that they hold what they are to hold, main waits for that, and lets them come to
 * where they wait. */
static int verdicts_ready[2];
APART static void ready(void)
{
	clear();
	if (write(verdicts_ready[1], "", 1) != 1)
		abort();
}
APART static void start(void *(*fn)(void *), void *arg)
{
	pthread_t thread;
	struct timespec moment = {.tv_sec = 0, .tv_nsec = 5000000};
	char c;
	if ((!verdicts_ready[1] && pipe(verdicts_ready)) ||
		pthread_create(&thread, NULL, fn, arg) || read(verdicts_ready[0], &c, 1) != 1)
		abort();
	nanosleep(&moment, NULL);
	clear();
}

#endif
