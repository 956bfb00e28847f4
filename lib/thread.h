/* A thread's state: found through one initial-exec TLS pointer, in memory that the kernel wipes in
 * a forked child (so that `ready` reads 0 there). Made at the thread's first event, in whatever way
 * the thread was made; taken back some time after it has ended, when another thread starts. */
#ifndef LT_THREAD_H
#define LT_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "lib/regions.h"
#include "lib/unwind.h"

enum { LT_LEVELS = 3, LT_RECENT = 64, LT_READY = 0x4c54u, LT_WIPED = 4096 };

/* What was recorded. Each is changed by one instruction, which a signal handler cannot split. */
struct lt_counts {
	uint64_t allocations, frees, bytes;
};

static inline void lt_count(uint64_t *counter, uint64_t n)
{
	__asm__("addq %1, %0" : "+m"(*counter) : "er"(n) : "cc");
}

struct lt_thread {
	/* Of all threads that this state was of: so a sum over all states needs nobody to move
	 * anything when a thread ends. */
	struct lt_counts counts;
	struct lt_counts before; /* what they were when this thread began */

	/* Touched by every event. */
	uint64_t *cur;       /* next word of the block; reserved by lt_ring_reserve */
	uint32_t ready;      /* LT_READY */
	uint32_t internal;   /* > 0: this thread works for the tracer, its calls are not the
			      * program's */
	uint64_t last_time;  /* of the last TIME word, nanoseconds */
	uintptr_t releasing; /* block that a hook further out is releasing */
	uint32_t recorded;   /* blocks recorded and released so far: the next one's place in recent
			      */
	uint32_t releases;   /* counted, to sample their stacks */
	uint32_t level;      /* hooks that are taking a stack: 0, or more in signal handlers */
	uint32_t id;         /* own number, from 1 */
	bool switching;      /* between two blocks */
	bool moving;         /* a realloc: the block is at neither of its places */
	uintptr_t recent[LT_RECENT]; /* last blocks recorded, to tell whether a call's result was;
					and released: ~address */

	/* From here on nothing is wiped: a signal handler may fork in the midst of a walk, and the
	 * child returns into it. */
	struct lt_stack_bounds bounds __attribute__((aligned(LT_WIPED)));
	struct lt_frame *frames[LT_LEVELS]; /* room for depth frames each */
	struct lt_memo memo;                /* the last stacks at level 0 (site.c) */
	struct lt_memo_frame *fresh;        /* room for depth of them */
	uintptr_t entry_sp[LT_LEVELS];
	struct lt_regions regions; /* that it is in; a child that it forks begins there */

	/* Slow paths only. */
	uint32_t block;               /* index of the block that cur points into */
	_Atomic uint64_t next_number; /* of the next block */
	_Atomic int tid;              /* kernel's; 0: this state is free; -1: being taken back */
	char name[16];

	/* The arrays behind it (thread.c), in the same page. */
	uint64_t room[];
};

extern __thread struct lt_thread *lt_self __attribute__((tls_model("initial-exec")));

/* The calling thread's state, ready to record, or NULL when it cannot be had (counted). Also where
 * a forked child is noticed. Slow: called when lt_self is not ready. */
struct lt_thread *lt_thread_enter(void);

/* Looks whether the thread's name has changed; records it. Called now and then. */
void lt_thread_refresh_name(struct lt_thread *t);

/* In a forked child: what makes them ready is wiped already; forgets the rest. */
void lt_thread_reset(void);

/* What all threads have counted, also those that have ended. */
struct lt_counts lt_thread_sum(void);

/* Records the end of threads that are no more and have not been replaced. At the end of the
 * process, with signals blocked. */
void lt_thread_sweep(void);

#endif
