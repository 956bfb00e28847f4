/* Raw system calls that are more than one line. Nothing here touches errno. Once seccomp has been
 * seen they are not made any more: one that was not foreseen would end the program. */
#include "lib/sys.h"

#include <sys/mman.h>
#include "lib/onstack.h"

static bool sealed(void)
{
	return atomic_load_explicit(&lt_sealed, memory_order_relaxed);
}

void *lt_sys_map(size_t len, bool wiped)
{
	if (sealed())
		return NULL;
	long p = lt_sys6(
		SYS_mmap, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p < 0 && p > -4096)
		return NULL;
	if (wiped && lt_sys3(SYS_madvise, p, len, MADV_WIPEONFORK) < 0) {
		lt_sys2(SYS_munmap, p, len);
		return NULL;
	}
	return (void *)p;
}

void lt_sys_unmap(void *p, size_t len)
{
	if (!sealed())
		lt_sys2(SYS_munmap, p, len);
}

void lt_sys_forget(void *p, size_t len)
{
	if (!sealed())
		lt_sys3(SYS_madvise, p, len, MADV_DONTNEED);
}

bool lt_sys_readable(const void *p)
{
	/* The set is copied in before "how" is looked at: EFAULT for a bad address, else EINVAL. */
	return !sealed() && lt_sys4(SYS_rt_sigprocmask, ~0u, p, 0, 8) != -14; /* EFAULT */
}
