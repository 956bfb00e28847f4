/* The malloc family: the original and an event, nothing else.
 *
 * An allocation is recorded after the original has returned, a release before it is called; so no
 * other thread can be seen to own an address twice. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include "lib/bootstrap.h"
#include "lib/hook.h"
#include "lib/modules.h"
#include "lib/record.h"

static LT_RARE void *malloc_rarely(size_t size, const struct lt_regs *regs)
{
	if (lt_must_bootstrap())
		return lt_bootstrap_alloc(0, size);
	uint32_t call = lt_call_begin();
	void *p = lt_real.malloc(size);
	if (p)
		lt_trace_alloc(call, p, size, LTF_API_MALLOC, regs);
	return p;
}

LT_PUBLIC void *malloc(size_t size)
{
	struct lt_thread *t = lt_self;
	struct lt_regs regs;
	if (!lt_records(t) || __builtin_expect(t->internal, 0)) {
		LT_REGS_CALLER(&regs);
		return malloc_rarely(size, &regs);
	}
	uint32_t call = t->recorded;
	void *p = lt_real.malloc(size);
	if (__builtin_expect(!p, 0))
		return p;
	LT_REGS_CALLER(&regs);
	if (lt_records(t))
		lt_record_alloc(t, call, p, size, LTF_API_MALLOC, &regs);
	else /* it has ended meanwhile, or a signal handler has forked */
		lt_trace_alloc(call, p, size, LTF_API_MALLOC, &regs);
	return p;
}

/* The loader may have closed an object that no hook has seen. */
static inline void look_at_caller(uintptr_t ip)
{
	if (__builtin_expect(ip - lt_loader_low < lt_loader_size, 0))
		lt_modules_changed();
}

static LT_RARE void free_rarely(void *p, const struct lt_regs *regs)
{
	if (lt_mode == LT_MODE_EARLY)
		return;
	look_at_caller(regs->ip);
	uintptr_t outer = lt_release_begin();
	lt_trace_free(p, LTF_API_MALLOC, regs);
	lt_real.free(p);
	lt_release_end(outer);
}

LT_PUBLIC void free(void *p)
{
	if (!p || lt_bootstrap_owns(p))
		return;
	struct lt_thread *t = lt_self;
	struct lt_regs regs;
	if (!lt_records(t)) {
		LT_REGS_CALLER(&regs);
		free_rarely(p, &regs);
		return;
	}
	look_at_caller((uintptr_t)__builtin_return_address(0));
	uintptr_t outer = t->releasing;
	if (lt_record_free(t, p, LTF_API_MALLOC)) {
		LT_REGS_CALLER(&regs);
		lt_rare_stacked(t, (uintptr_t)p, LTF_API_MALLOC, &regs);
	}
	lt_real.free(p);
	lt_release_end(outer);
}

LT_PUBLIC void *calloc(size_t n, size_t size)
{
	size_t bytes;
	if (lt_must_bootstrap())
		return __builtin_mul_overflow(n, size, &bytes) ? NULL
							       : lt_bootstrap_alloc(0, bytes);
	uint32_t call = lt_call_begin();
	void *p = lt_real.calloc(n, size);
	LT_RECORD_ALLOC(call, p, n * size, LTF_API_CALLOC);
	return p;
}

/* Out of the bootstrap pool into the program's allocator, or within the pool. */
static void *realloc_bootstrap(void *p, size_t size)
{
	void *q;
	size_t old = p ? lt_bootstrap_size(p) : 0;
	if (p && size == 0)
		return NULL;
	q = lt_must_bootstrap() ? lt_bootstrap_alloc(0, size) : lt_real.malloc(size);
	if (q && p)
		memcpy(q, p, old < size ? old : size);
	return q;
}

/* regs are those of the exported function's caller. */
static void *traced_realloc(void *p, size_t size, const struct lt_regs *regs)
{
	uint32_t call = lt_call_begin();
	uintptr_t outer = lt_release_begin();
	if (!p || size == 0) { /* an allocation, or a release (and in some libraries both) */
		if (p)
			lt_trace_free(p, LTF_API_REALLOC, regs);
		void *q = lt_real.realloc(p, size);
		if (q)
			lt_trace_alloc(call, q, size, LTF_API_MALLOC, regs);
		lt_release_end(outer);
		return q;
	}
	bool outer_moves = lt_move_begin();
	lt_trace_realloc_begin(p);
	void *q = lt_real.realloc(p, size);
	lt_trace_realloc_end(call, p, q, size, regs);
	lt_move_end(outer_moves);
	lt_release_end(outer);
	return q;
}

LT_PUBLIC void *realloc(void *p, size_t size)
{
	struct lt_regs regs;
	if (lt_must_bootstrap() || lt_bootstrap_owns(p)) {
		void *q = realloc_bootstrap(p, size);
		if (!lt_must_bootstrap())
			LT_RECORD_ALLOC(lt_call_begin(), q, size, LTF_API_MALLOC);
		return q;
	}
	LT_REGS_CALLER(&regs);
	return traced_realloc(p, size, &regs);
}

/* The C library's is this: a check for overflow, then realloc through its public name, which would
 * come back here. */
LT_PUBLIC void *reallocarray(void *p, size_t n, size_t size)
{
	struct lt_regs regs;
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	if (lt_must_bootstrap() || lt_bootstrap_owns(p)) {
		void *q = realloc_bootstrap(p, bytes);
		if (!lt_must_bootstrap())
			LT_RECORD_ALLOC(lt_call_begin(), q, bytes, LTF_API_MALLOC);
		return q;
	}
	if (lt_seen.behind)
		return lt_seen.realloc(p, bytes);
	LT_REGS_CALLER(&regs);
	return traced_realloc(p, bytes, &regs);
}

LT_PUBLIC int posix_memalign(void **out, size_t align, size_t size)
{
	if (lt_must_bootstrap()) {
		void *p = lt_bootstrap_alloc(align, size);
		if (p)
			*out = p;
		return p ? 0 : ENOMEM;
	}
	uint32_t call = lt_call_begin();
	int r = lt_real.posix_memalign(out, align, size);
	if (r == 0)
		LT_RECORD_ALLOC(call, *out, size, LTF_API_MEMALIGN);
	return r;
}

LT_PUBLIC void *aligned_alloc(size_t align, size_t size)
{
	if (lt_must_bootstrap())
		return lt_bootstrap_alloc(align, size);
	uint32_t call = lt_call_begin();
	void *p = lt_real.aligned_alloc(align, size);
	LT_RECORD_ALLOC(call, p, size, LTF_API_MEMALIGN);
	return p;
}

LT_PUBLIC void *memalign(size_t align, size_t size)
{
	if (lt_must_bootstrap())
		return lt_bootstrap_alloc(align, size);
	uint32_t call = lt_call_begin();
	void *p = lt_real.memalign(align, size);
	LT_RECORD_ALLOC(call, p, size, LTF_API_MEMALIGN);
	return p;
}

enum { PAGE = 4096 };

LT_PUBLIC void *valloc(size_t size)
{
	if (lt_must_bootstrap())
		return lt_bootstrap_alloc(PAGE, size);
	uint32_t call = lt_call_begin();
	void *p = lt_real.valloc(size);
	LT_RECORD_ALLOC(call, p, size, LTF_API_MEMALIGN);
	return p;
}

LT_PUBLIC void *pvalloc(size_t size)
{
	if (lt_must_bootstrap())
		return lt_bootstrap_alloc(PAGE, (size + PAGE - 1) & ~(size_t)(PAGE - 1));
	uint32_t call = lt_call_begin();
	void *p = lt_real.pvalloc(size);
	LT_RECORD_ALLOC(call, p, size, LTF_API_MEMALIGN);
	return p;
}

LT_PUBLIC size_t malloc_usable_size(void *p)
{
	if (p && lt_bootstrap_owns(p))
		return lt_bootstrap_size(p);
	return p && lt_real.malloc_usable_size ? lt_real.malloc_usable_size(p) : 0;
}

/* Where the C library has none of these, they are free(). */
void cfree(void *p);
void free_sized(void *p, size_t size);
void free_aligned_sized(void *p, size_t align, size_t size);

LT_PUBLIC void cfree(void *p)
{
	if (!p || lt_bootstrap_owns(p) || lt_mode == LT_MODE_EARLY)
		return;
	uintptr_t outer = lt_release_begin();
	LT_RECORD_FREE(p, LTF_API_MALLOC);
	(lt_real.cfree ? lt_real.cfree : lt_seen.free)(p);
	lt_release_end(outer);
}

LT_PUBLIC void free_sized(void *p, size_t size)
{
	if (!p || lt_bootstrap_owns(p) || lt_mode == LT_MODE_EARLY)
		return;
	uintptr_t outer = lt_release_begin();
	LT_RECORD_FREE(p, LTF_API_FREE_SIZED);
	if (lt_real.free_sized)
		lt_real.free_sized(p, size);
	else
		lt_seen.free(p);
	lt_release_end(outer);
}

LT_PUBLIC void free_aligned_sized(void *p, size_t align, size_t size)
{
	if (!p || lt_bootstrap_owns(p) || lt_mode == LT_MODE_EARLY)
		return;
	uintptr_t outer = lt_release_begin();
	LT_RECORD_FREE(p, LTF_API_FREE_SIZED);
	if (lt_real.free_aligned_sized)
		lt_real.free_aligned_sized(p, align, size);
	else
		lt_seen.free(p);
	lt_release_end(outer);
}
