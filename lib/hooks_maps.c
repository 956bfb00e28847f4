/* Mappings: the original, an event, and whose they are. */
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/allocator.h"
#include "lib/hook.h"
#include "lib/sys.h"

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

#define DEFINE_MMAP(name)                                                                          \
	LT_PUBLIC void *name(void *addr, size_t len, int prot, int flags, int fd, off_t offset)    \
	{                                                                                          \
		void *p = (lt_real.name ? lt_real.name : raw_mmap)(                                \
			addr, len, prot, flags, fd, offset);                                       \
		if (p != MAP_FAILED)                                                               \
			lt_allocator_mapped(__builtin_return_address(0), p, len);                  \
		if (p != MAP_FAILED && !lt_must_bootstrap())                                       \
			LT_RECORD_RES(LTF_RES_MMAP, (uint64_t)(uintptr_t)p, len,                   \
				(uint64_t)(unsigned)prot << 32 | (unsigned)flags);                 \
		return p;                                                                          \
	}
DEFINE_MMAP(mmap)
DEFINE_MMAP(mmap64)

LT_PUBLIC int munmap(void *addr, size_t len)
{
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_MUNMAP, (uint64_t)(uintptr_t)addr, len);
	atomic_fetch_add(&lt_unmap_epoch, 1);
	lt_allocator_unmapped(addr, len);
	if (lt_real.munmap)
		return lt_real.munmap(addr, len);
	long r = lt_sys2(SYS_munmap, addr, len);
	if (r < 0)
		errno = (int)-r;
	return r < 0 ? -1 : 0;
}

LT_PUBLIC void *mremap(void *addr, size_t old, size_t new, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	void *where = flags & MREMAP_FIXED ? va_arg(ap, void *) : NULL;
	va_end(ap);
	atomic_fetch_add(&lt_unmap_epoch, 1);
	void *p;
	if (lt_real.mremap) {
		p = lt_real.mremap(addr, old, new, flags, where);
	} else {
		long r = lt_syscall6(
			SYS_mremap, (long)addr, (long)old, (long)new, flags, (long)where, 0);
		p = r < 0 && r > -4096 ? MAP_FAILED : (void *)r;
	}
	if (p != MAP_FAILED) {
		lt_allocator_unmapped(addr, old);
		lt_allocator_mapped(__builtin_return_address(0), p, new);
	}
	if (p != MAP_FAILED && !lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_MREMAP, (uint64_t)(uintptr_t)addr, old,
			(uint64_t)(uintptr_t)p, new);
	return p;
}

/* The C library's, under the name by which it can be called before the originals are known. */
void *__sbrk(intptr_t by);

LT_PUBLIC void *sbrk(intptr_t by)
{
	void *before = (lt_real.sbrk ? lt_real.sbrk : __sbrk)(by);
	if (before != (void *)-1)
		lt_allocator_broke(__builtin_return_address(0), (uintptr_t)before,
			(uintptr_t)before + (uintptr_t)by);
	return before;
}

LT_PUBLIC int brk(void *end)
{
	uintptr_t before = (uintptr_t)__sbrk(0);
	int r = lt_real.brk ? lt_real.brk(end)
			    : -(__sbrk((intptr_t)((uintptr_t)end - before)) == (void *)-1);
	if (r == 0)
		lt_allocator_broke(__builtin_return_address(0), before, (uintptr_t)end);
	return r;
}
