/* Finding out which stack memory can be read, by asking the kernel page by page.
 *
 * The top of a thread's stack is its thread pointer, because glibc puts the thread's descriptor
 * there; that of the main thread is what the loader saw (__libc_stack_end). Whether the code really
 * runs on that stack, and not on a coroutine's below it, is not guessed: all pages in between must
 * be readable, and stacks have an unreadable page at their lower end. */
#include "lib/unwind_bounds.h"

#include "lib/onstack.h"
#include "lib/sys.h"

enum { PAGE = 4096, OWN_PAGES_MAX = 2048, OTHER_PAGES_MAX = 64, UNASKED_MAX = 1 << 20 };

extern void *__libc_stack_end __attribute__((weak));

static uintptr_t page_of(uintptr_t p)
{
	return p & ~(uintptr_t)(PAGE - 1);
}

static uintptr_t thread_pointer(void)
{
	uintptr_t tp;

	__asm__("movq %%fs:0, %0" : "=r"(tp));
	return tp;
}

/* Compilers may not reorder what a signal handler on this thread could see half of. */
static void order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

/* True when all pages in [from, to) are readable; at most max are tried. */
static bool all_readable(uintptr_t from, uintptr_t to, unsigned max)
{
	if (to - from > (uintptr_t)max * PAGE)
		return false;
	for (uintptr_t p = from; p < to; p += PAGE)
		if (!lt_sys_readable((const void *)p))
			return false;
	return true;
}

/* The thread's stack from the page of "at" to its top, if "at" lies on it. */
static bool find_own(uintptr_t at, struct lt_range *own)
{
	uintptr_t low = page_of(at), tp = thread_pointer();
	uintptr_t end = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;

	if (tp > at && all_readable(low, tp, OWN_PAGES_MAX)) {
		*own = (struct lt_range){low, tp & ~(uintptr_t)7};
		return true;
	}
	end = page_of(end + PAGE - 1);
	if (end > at && all_readable(low, end, OWN_PAGES_MAX)) {
		*own = (struct lt_range){low, end};
		return true;
	}
	return false;
}

/* Lets another stack's range grow up to the page of "at", or begins a new one there. */
static bool cover_other(struct lt_stack_bounds *b, uintptr_t at, struct lt_range *r)
{
	uint32_t epoch = atomic_load_explicit(&lt_unmap_epoch, memory_order_acquire);
	struct lt_range o = {page_of(at), page_of(at) + PAGE};

	if (!lt_sys_readable((const void *)o.low))
		return false;
	if (b->other_high && b->other_epoch == epoch) {
		if (at >= b->other_high && all_readable(b->other_high, o.low, OTHER_PAGES_MAX))
			o.low = b->other_low;
		else if (at < b->other_low && all_readable(o.high, b->other_low, OTHER_PAGES_MAX))
			o.high = b->other_high;
	}
	b->other_high = 0; /* nothing, while it is written */
	order();
	b->other_low = o.low;
	b->other_epoch = epoch;
	order();
	b->other_high = o.high;
	*r = o;
	return true;
}

/* No system call may be made. The main thread's stack may be taken to reach down to "at", where the
 * walk has come from: the kernel lets nothing else be mapped so near below it. */
static bool grow_unasked(struct lt_stack_bounds *b, uintptr_t at, struct lt_range *r)
{
	uintptr_t end = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (!end || b->high != page_of(end + PAGE - 1) || here >= b->high || at < here ||
		at >= b->low || b->low - at > UNASKED_MAX)
		return false;
	b->low = page_of(at);
	*r = (struct lt_range){b->low, b->high};
	return true;
}

bool lt_bounds_cover(struct lt_stack_bounds *b, uintptr_t at, struct lt_range *r)
{
	struct lt_range own;

	if (at & 7)
		return false;
	*r = lt_bounds_known(b, at);
	if (r->high)
		return true;
	if (at < PAGE || at >> 47)
		return false;
	if (atomic_load_explicit(&lt_sealed, memory_order_relaxed))
		return grow_unasked(b, at, r);
	if (b->high && at < b->low && all_readable(page_of(at), b->low, OWN_PAGES_MAX)) {
		b->low = page_of(at);
		*r = (struct lt_range){b->low, b->high};
		return true;
	}
	if (!b->high && find_own(at, &own)) {
		b->low = own.low;
		order();
		b->high = own.high;
		*r = own;
		return true;
	}
	return cover_other(b, at, r);
}

bool lt_bounds_is_initial(uintptr_t sp)
{
	uintptr_t end = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;

	/* The loader's entry rounds its stack pointer down before it calls on. */
	return end && sp >= (end & ~(uintptr_t)15) && sp < page_of(end + PAGE);
}
