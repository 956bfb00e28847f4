/* All policy: what is recorded of a call, with which stack, in which order. The hooks call this and
 * the originals, nothing else. Keeps errno; uses less than 1 KiB of the caller's stack. */
#ifndef LT_TRACER_H
#define LT_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/ring.h"
#include "lib/lifecycle.h"
#include "lib/thread.h"
#include "lib/unwind.h"
#include "lib/own.h"

/* From the second thread on, events are numbered. */
extern LT_OWN bool lt_numbered;
void lt_become_threaded(void);

/* At the start of a hook that allocates, before the original is called: an original that comes back
 * through another hook of ours (a custom operator new that calls malloc) is recorded once. What is
 * returned goes to lt_trace_alloc. */
static inline uint32_t lt_call_begin(void)
{
	const struct lt_thread *t = lt_self;
	return t ? t->recorded : 0;
}

/* True when this thread is at work for the tracer itself (opening libunwind): its blocks come from
 * the bootstrap pool, so that neither they nor their release are taken for the program's. */
static inline bool lt_is_internal(void)
{
	const struct lt_thread *t = lt_self;
	return __builtin_expect(t && t->internal, 0);
}

/* At the start of a hook that releases, and at its end: calls lie within each other, also those of
 * a signal handler that came in between. */
static inline uintptr_t lt_release_begin(void)
{
	const struct lt_thread *t = lt_self;
	return t ? t->releasing : 0;
}

static inline void lt_release_end(uintptr_t outer)
{
	struct lt_thread *t = lt_self;
	if (t)
		t->releasing = outer;
}

/* Around a realloc of a block: no scan begins while its contents are on the way. */
static inline bool lt_move_begin(void)
{
	struct lt_thread *t = lt_self;
	bool outer = t && t->moving;
	if (t)
		t->moving = true;
	return outer;
}

static inline void lt_move_end(bool outer)
{
	struct lt_thread *t = lt_self;
	if (t)
		t->moving = outer;
}

/* After a successful allocation. call: what lt_call_begin said. */
void lt_trace_alloc(
	uint32_t call, const void *p, size_t size, enum ltf_api api, const struct lt_regs *regs);
/* Before a release; a release of the same block by a hook further in (a custom operator delete that
 * calls free) until lt_release_end is not recorded again. */
void lt_trace_free(const void *p, enum ltf_api api, const struct lt_regs *regs);
/* Before a realloc of p, and after it: result NULL means that p lives on. */
void lt_trace_realloc_begin(const void *p);
void lt_trace_realloc_end(
	uint32_t call, const void *p, const void *result, size_t size, const struct lt_regs *regs);
/* A resource event (enum ltf_res) with its args behind the site. Order by args[0]. regs NULL: it
 * has no stack. */
void lt_trace_resource(
	enum ltf_res kind, const uint64_t *args, unsigned nargs, const struct lt_regs *regs);

/* The calling thread, where the program says something of itself, which is recorded while recording
 * is paused, too; NULL: not at all. A forked child whose dump begins in a pause says nothing until
 * then. */
struct lt_thread *lt_teller(void);
/* What it says, with t from lt_teller(). */
void lt_trace_told(struct lt_thread *t, enum ltf_res kind, const uint64_t *args, unsigned nargs,
	const struct lt_regs *regs);

/* A blob of metadata: "key\0value". */
void lt_trace_meta(const char *key, const void *value, size_t len);

void lt_tracer_reset(void);

#endif
