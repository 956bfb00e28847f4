/* The tracer's whole contract with the kernel: raw system calls, no libc wrapper (those are
 * cancellation points and set errno). Each returns the kernel's answer: a value, or -errno. */
#ifndef LT_SYS_H
#define LT_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>

/* For what is written in every process and in every forked child: it stands in few pages, each of
 * which costs a fault. What threads write all the time is of a type aligned to LT_LINE, so that it
 * shares no cache line with what all of them read. */
#define LT_TOGETHER __attribute__((section(".data.lt_together")))
#define LT_LINE     __attribute__((aligned(64)))

static inline long lt_syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#define lt_sys1(n, a)          lt_syscall6(n, (long)(a), 0, 0, 0, 0, 0)
#define lt_sys2(n, a, b)       lt_syscall6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define lt_sys3(n, a, b, c)    lt_syscall6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define lt_sys4(n, a, b, c, d) lt_syscall6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define lt_sys6(n, a, b, c, d, e, f)                                                               \
	lt_syscall6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* While lt_sealed (lib/onstack.h) those below make no system call: they fail, do nothing, and
 * say no. */

/* Whole pages: as many bytes as are needed for len. */
static inline size_t lt_sys_pages(size_t len)
{
	enum { PAGE_LEN = 4096 };
	return (len + PAGE_LEN - 1) & ~(size_t)(PAGE_LEN - 1);
}

/* Private anonymous zeroed memory, at the beginning of a page where len is a multiple of a page,
 * else of eight bytes; NULL when there is none (an address space limit, for one). wiped: the kernel
 * zeroes it in a forked child. */
void *lt_sys_map(size_t len, bool wiped);
/* At the start: memory for the first of these, where there is room for it. */
void lt_sys_reserve(void);
void lt_sys_unmap(void *p, size_t len);
/* The i-th range of memory that was mapped here; false: there are no more. A scan leaves them out.
 */
bool lt_sys_own(unsigned i, uintptr_t range[2]);
/* Makes memory for it now, where the kernel can: less than a fault for each page. */
void lt_sys_populate(void *p, size_t len);
/* Wants huge pages for it. */
void lt_sys_huge(void *p, size_t len);
/* Gives the memory back, and keeps the place: it reads as zero. */
void lt_sys_forget(void *p, size_t len);

/* True when the 8 bytes at p can be read. Never faults: the kernel does the reading (an
 * rt_sigprocmask with an impossible "how" copies the set in before it refuses). */
bool lt_sys_readable(const void *p);

#endif
