/* The C library's threads: its lists of them, and where things are in a thread's descriptor. The
 * library says so to debuggers, in the symbols of libthread_db; so of what is private to it only
 * the order of a few fields is taken for granted, and looked at. */
#ifndef LT_NPTL_H
#define LT_NPTL_H

#include <stdbool.h>
#include <stdint.h>

enum lt_nptl_state {
	LT_NPTL_LIVES,  /* or is being made */
	LT_NPTL_ENDED,  /* not joined yet: nothing of it is alive but its result */
	LT_NPTL_CACHED, /* nothing is: the library keeps the stack for another thread */
};

struct lt_nptl_thread {
	enum lt_nptl_state state;
	int tid;             /* 0: has ended, or not begun */
	uintptr_t low, high; /* its stack; empty: the main thread's, which is elsewhere */
	uintptr_t tls, end;  /* static thread-local storage, and the descriptor behind it */
	uintptr_t self;      /* where the latter begins: the thread pointer */
	uintptr_t vector;    /* the block in which its vector of thread-local storage lies */
	uintptr_t result;    /* where what it has returned stands */
	bool detached;       /* nobody is to join it */
};

/* Calls fn for each. readable: whether a range can be read. Makes no system calls; reads the memory
 * of this process. False: this C library does not say what is where. */
bool lt_nptl_each(bool (*readable)(uintptr_t start, uintptr_t end),
	void (*fn)(void *arg, const struct lt_nptl_thread *thread), void *arg);

/* Calls fn for each address in a thread's vector (as above) that is of a library's thread-local
 * storage and the library has been closed: the loader frees it when the thread next looks for any.
 */
void lt_nptl_each_closed(uintptr_t vector, bool (*readable)(uintptr_t start, uintptr_t end),
	void (*fn)(void *arg, uintptr_t storage), void *arg);

#endif
