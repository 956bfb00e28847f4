/* Mappings: the original, an event, and whose they are. A release is recorded before the real call,
 * and taken back where that fails. */
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/allocator.h"
#include "lib/hook.h"
#include "lib/mapped.h"
#include "lib/sys.h"

enum { PAGE = 4096 };
#define ADDRESSES ((uintptr_t)1 << 47)

/* Mappings may be made before the constructor has run, by the loader's own malloc for one. */
static void *raw_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	long r = lt_sys6(SYS_mmap, addr, len, prot, flags, fd, offset);
	if (r < 0 && r > -4096) {
		errno = (int)-r;
		return MAP_FAILED;
	}
	return (void *)r;
}

/* Once the event is recorded: what no event tells of is of unknown origin. */
static void note_mapped(const void *p, size_t len, int flags, bool placed, const void *caller)
{
	uintptr_t start = (uintptr_t)p, end = start + ltf_mapped_length(len, (unsigned)flags);
	if (lt_mode == LT_MODE_ON && !lt_is_internal() && !lt_allocator_called(caller))
		lt_mapped_add(start, end, placed);
	else
		lt_mapped_remove(start, end);
}

static uint64_t mapped_by(const void *caller)
{
	return lt_allocator_called(caller) ? LTF_MAPPED_BY_ALLOCATOR : 0;
}

#define DEFINE_MMAP(name)                                                                          \
	LT_PUBLIC void *name(void *addr, size_t len, int prot, int flags, int fd, off_t offset)    \
	{                                                                                          \
		const void *caller = __builtin_return_address(0);                                  \
		void *p = (lt_real.name ? lt_real.name : raw_mmap)(                                \
			addr, len, prot, flags, fd, offset);                                       \
		if (p == MAP_FAILED)                                                               \
			return p;                                                                  \
		lt_allocator_mapped(caller, p, len);                                               \
		if (!lt_must_bootstrap())                                                          \
			LT_RECORD_RES(LTF_RES_MAP, (uint64_t)(uintptr_t)p, len,                    \
				mapped_by(caller) | (uint64_t)(unsigned)prot << 32 |               \
					(unsigned)flags);                                          \
		note_mapped(p, len, flags, addr &&p == addr, caller);                              \
		return p;                                                                          \
	}
DEFINE_MMAP(mmap)
DEFINE_MMAP(mmap64)

/* The kernel refuses anything else without a look at what is mapped. */
static bool may_unmap(const void *addr, size_t len)
{
	uintptr_t start = (uintptr_t)addr;
	return len && start % PAGE == 0 && start < ADDRESSES && len <= ADDRESSES - start;
}

static int real_munmap(void *addr, size_t len)
{
	if (lt_real.munmap)
		return lt_real.munmap(addr, len);
	long r = lt_sys2(SYS_munmap, addr, len);
	if (r < 0)
		errno = (int)-r;
	return r < 0 ? -1 : 0;
}

static uint32_t forget_mapped(const void *p, size_t len)
{
	uintptr_t start = (uintptr_t)p;
	return lt_mapped_remove(start, start + lt_sys_pages(len));
}

LT_PUBLIC int munmap(void *addr, size_t len)
{
	if (!may_unmap(addr, len))
		return real_munmap(addr, len);
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_UNMAP, (uint64_t)(uintptr_t)addr, len);
	atomic_fetch_add(&lt_unmap_epoch, 1);
	lt_allocator_unmapped(addr, len);
	uint32_t group = forget_mapped(addr, len);
	int r = real_munmap(addr, len);
	if (__builtin_expect(r == 0, 1))
		return r;
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_UNMAP_FAILED, (uint64_t)(uintptr_t)addr, len);
	lt_mapped_restore((uintptr_t)addr, (uintptr_t)addr + lt_sys_pages(len), group);
	return r;
}

static void *real_mremap(void *addr, size_t old, size_t new, int flags, void *where)
{
	if (lt_real.mremap)
		return lt_real.mremap(addr, old, new, flags, where);
	long r = lt_syscall6(SYS_mremap, (long)addr, (long)old, (long)new, flags, (long)where, 0);
	if (r >= 0 || r <= -4096)
		return (void *)r;
	errno = (int)-r;
	return MAP_FAILED;
}

/* What was the program's is so where it lies now, and what it has mapped a second time. */
static void note_moved(const void *addr, size_t old, const void *p, size_t new, int flags,
	uint32_t group, bool theirs)
{
	uintptr_t from = (uintptr_t)addr, to = (uintptr_t)p;
	if (theirs) {
		lt_mapped_remove(to, to + lt_sys_pages(new));
		return;
	}
	if (old == 0 && lt_mode == LT_MODE_ON && !lt_is_internal())
		lt_mapped_add(to, to + lt_sys_pages(new), false);
	else
		lt_mapped_restore(to, to + lt_sys_pages(new), group);
	if (flags & MREMAP_DONTUNMAP)
		lt_mapped_restore(from, from + lt_sys_pages(old), group);
}

LT_PUBLIC void *mremap(void *addr, size_t old, size_t new, int flags, ...)
{
	const void *caller = __builtin_return_address(0);
	va_list ap;
	va_start(ap, flags);
	void *where = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? va_arg(ap, void *) : NULL;
	va_end(ap);
	/* Another thread may be given the old place before this one is back. */
	bool announced = lt_numbered && old && !lt_must_bootstrap();
	if (announced)
		LT_RECORD_RES(LTF_RES_MREMAP_BEGIN, (uint64_t)(uintptr_t)addr, old);
	atomic_fetch_add(&lt_unmap_epoch, 1);
	uint32_t group = old ? forget_mapped(addr, old) : 0;
	void *p = real_mremap(addr, old, new, flags, where);
	if (p == MAP_FAILED) {
		if (announced)
			LT_RECORD_RES(LTF_RES_UNMAP_FAILED, (uint64_t)(uintptr_t)addr, old);
		lt_mapped_restore((uintptr_t)addr, (uintptr_t)addr + lt_sys_pages(old), group);
		return p;
	}
	if (!(flags & MREMAP_DONTUNMAP))
		lt_allocator_unmapped(addr, old);
	lt_allocator_mapped(caller, p, new);
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_REMAP, (uint64_t)(uintptr_t)addr, old, (uint64_t)(uintptr_t)p,
			new, mapped_by(caller) | (unsigned)flags);
	note_moved(addr, old, p, new, flags, group, lt_allocator_called(caller));
	return p;
}

/* The C library's, under the name by which it can be called before the originals are known. */
void *__sbrk(intptr_t by);

/* The program, not its allocator, has moved the end of brk's memory. */
#define BROKE(before, after)                                                                       \
	do {                                                                                       \
		const void *caller_ = __builtin_return_address(0);                                 \
		lt_allocator_broke(caller_, before, after);                                        \
		if ((before) != (after) && !lt_must_bootstrap() && !lt_allocator_called(caller_))  \
			LT_RECORD_RES(LTF_RES_BRK, before, after);                                 \
	} while (0)

LT_PUBLIC void *sbrk(intptr_t by)
{
	void *before = (lt_real.sbrk ? lt_real.sbrk : __sbrk)(by);
	if (before != (void *)-1)
		BROKE((uintptr_t)before, (uintptr_t)before + (uintptr_t)by);
	return before;
}

LT_PUBLIC int brk(void *end)
{
	uintptr_t before = (uintptr_t)__sbrk(0);
	int r = lt_real.brk ? lt_real.brk(end)
			    : -(__sbrk((intptr_t)((uintptr_t)end - before)) == (void *)-1);
	if (r == 0)
		BROKE(before, (uintptr_t)end);
	return r;
}
