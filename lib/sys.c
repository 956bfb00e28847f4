/* Raw system calls that are more than one line. Nothing here touches errno. Once seccomp has been
 * seen they are not made any more: one that was not foreseen would end the program. */
#include "lib/sys.h"

#include <sys/mman.h>
#include "lib/onstack.h"

static bool sealed(void)
{
	return atomic_load_explicit(&lt_sealed, memory_order_relaxed);
}

/* What a process needs in any case lies in one mapping, taken piece by piece: a dozen of them take
 * longer to make, to copy in a fork and to take down than all that is put into them. What a process
 * that drains nothing touches lies in 2 MiB, for which the kernel needs one page of a table. */
enum { KEPT, WIPED, WIPED_LARGE, KINDS };
enum { PAGE = 4096, LARGE = 1 << 20 };
static const size_t room[KINDS] = {
	[KEPT] = 384 << 10, [WIPED] = 1664 << 10, [WIPED_LARGE] = 6144 << 10};

LT_TOGETHER static struct {
	_Atomic uintptr_t at;
	uintptr_t end;
} LT_LINE piece[KINDS];

void lt_sys_reserve(void)
{
	size_t len = room[KEPT] + room[WIPED] + room[WIPED_LARGE];
	long p = lt_sys6(
		SYS_mmap, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p < 0 && p > -4096)
		return;
	lt_sys3(SYS_madvise, p, len, MADV_NOHUGEPAGE); /* little of it is ever touched */
	if (lt_sys3(SYS_madvise, p + room[KEPT], len - room[KEPT], MADV_WIPEONFORK) < 0) {
		lt_sys2(SYS_munmap, p, len);
		return;
	}
	uintptr_t at = (uintptr_t)p;
	for (int i = 0; i < KINDS; i++, at = piece[i - 1].end) {
		piece[i].end = at + room[i];
		atomic_store(&piece[i].at, at);
	}
}

static void *take_piece(size_t len, bool wiped)
{
	int kind = !wiped ? KEPT : len < LARGE ? WIPED : WIPED_LARGE;
	uintptr_t at = atomic_load_explicit(&piece[kind].at, memory_order_relaxed), start;
	do {
		start = len % PAGE ? at : (at + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
		if (piece[kind].end < start || piece[kind].end - start < len)
			return NULL;
	} while (!atomic_compare_exchange_weak(&piece[kind].at, &at, start + len));
	return (void *)start;
}

/* What is mapped besides. Beyond so many a scan takes them for the program's. */
enum { OWN = 8192 };
static _Atomic uintptr_t own[OWN][2];
static _Atomic unsigned owned;

static void note_own(uintptr_t start, size_t len)
{
	for (unsigned i = 0; i < OWN; i++) {
		uintptr_t none = 0;
		if (i >= owned)
			owned = i + 1;
		if (own[i][0] || !atomic_compare_exchange_strong(&own[i][0], &none, start))
			continue;
		own[i][1] = start + len;
		return;
	}
}

/* Only the beginning of a range, or its end, or all of it is ever given back. */
static void forget_own(uintptr_t start, size_t len)
{
	for (unsigned i = 0; i < owned && i < OWN; i++) {
		if (own[i][0] == start && own[i][1] == start + len)
			own[i][1] = own[i][0] = 0;
		else if (own[i][0] == start && own[i][1] > start + len)
			own[i][0] += len;
		else if (own[i][1] == start + len && own[i][0] < start)
			own[i][1] = start;
	}
}

bool lt_sys_own(unsigned i, uintptr_t range[2])
{
	range[0] = i ? own[(i - 1) % OWN][0] : piece[KEPT].end - room[KEPT];
	range[1] = i ? own[(i - 1) % OWN][1] : piece[WIPED_LARGE].end;
	return i <= owned;
}

void *lt_sys_map(size_t len, bool wiped)
{
	if (sealed())
		return NULL;
	void *reserved = take_piece(len, wiped);
	if (reserved)
		return reserved;
	long p = lt_sys6(
		SYS_mmap, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p < 0 && p > -4096)
		return NULL;
	if (wiped && lt_sys3(SYS_madvise, p, len, MADV_WIPEONFORK) < 0) {
		lt_sys2(SYS_munmap, p, len);
		return NULL;
	}
	note_own((uintptr_t)p, len);
	return (void *)p;
}

/* A hole in what is reserved would be the program's next mapping. */
static bool is_reserved(uintptr_t p)
{
	uintptr_t start = piece[KEPT].end - room[KEPT];
	return p >= start && p < piece[WIPED_LARGE].end;
}

void lt_sys_unmap(void *p, size_t len)
{
	if (sealed())
		return;
	if (is_reserved((uintptr_t)p)) {
		lt_sys_forget(p, len);
		return;
	}
	forget_own((uintptr_t)p, len);
	lt_sys2(SYS_munmap, p, len);
}

void lt_sys_populate(void *p, size_t len)
{
	enum { POPULATE_WRITE = 23 }; /* MADV_POPULATE_WRITE, Linux 5.14 */
	if (!sealed())
		lt_sys3(SYS_madvise, p, len, POPULATE_WRITE);
}

void lt_sys_forget(void *p, size_t len)
{
	if (!sealed())
		lt_sys3(SYS_madvise, p, len, MADV_DONTNEED);
}

void lt_sys_huge(void *p, size_t len)
{
	if (!sealed())
		lt_sys3(SYS_madvise, p, len, MADV_HUGEPAGE);
}

bool lt_sys_readable(const void *p)
{
	/* The set is copied in before "how" is looked at: EFAULT for a bad address, else EINVAL. */
	return !sealed() && lt_sys4(SYS_rt_sigprocmask, ~0u, p, 0, 8) != -14; /* EFAULT */
}
