#include "lib/queued.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include "lib/kept.h"
#include "lib/lifecycle.h"
#include "lib/say.h"
#include "lib/sys.h"

enum { THREAD = 0x100, DIRENTS = 4096 };

/* Those of one process: a child has none of it. */
static struct {
	_Atomic uint64_t value;
	_Atomic uint32_t signal; /* and THREAD */
} sent[LT_QUEUED_MAX];
static _Atomic uint32_t next;
static _Atomic int owner; /* process */

void lt_queued_sent(int signo, uint64_t value, bool thread)
{
	int was = atomic_load(&owner);
	if (signo < 1 || signo > 64 || !value)
		return;
	if (was != lt_pid && atomic_compare_exchange_strong(&owner, &was, lt_pid))
		for (uint32_t i = 0; i < LT_QUEUED_MAX; i++)
			sent[i].value = 0;
	uint32_t i = atomic_fetch_add(&next, 1) % LT_QUEUED_MAX;
	sent[i].value = 0;
	sent[i].signal = (uint32_t)signo | (thread ? THREAD : 0);
	sent[i].value = value;
}

/* "SigPnd:\t0000000200000000" */
static uint64_t waits_for(const char *tid, char *text, uint32_t len)
{
	char path[64];
	uint64_t set = 0;
	lt_format(path, sizeof(path), "/proc/self/task/%s/status", tid);
	int fd = (int)lt_sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	long n = fd < 0 ? fd : lt_sys3(SYS_read, fd, text, len - 1);
	if (fd >= 0)
		lt_sys1(SYS_close, fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	const char *p = strstr(text, "\nSigPnd:\t");
	for (p = p ? p + 9 : ""; *p && *p != '\n'; p++)
		set = set << 4 | (uint64_t)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
	return set;
}

struct entry {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* Signals that wait for any one of the threads. */
static uint64_t waits_for_threads(char *text, uint32_t len)
{
	uint64_t set = 0;
	char *dirents = text;
	if (len < 2 * DIRENTS)
		return 0;
	int fd = (int)lt_sys4(
		SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	long n;
	while (fd >= 0 && (n = lt_sys3(SYS_getdents64, fd, dirents, DIRENTS)) > 0)
		for (long at = 0; at < n;) {
			const struct entry *e = (const struct entry *)(dirents + at);
			if (e->name[0] != '.')
				set |= waits_for(e->name, text + DIRENTS, len - DIRENTS);
			at += e->length;
		}
	if (fd >= 0)
		lt_sys1(SYS_close, fd);
	return set;
}

uint32_t lt_queued_read(
	struct lt_scan_word *out, uint32_t n, uint32_t room, char *text, uint32_t len)
{
	uint64_t process = 0, threads = 0;
	bool asked = false, asked_threads = false;
	for (uint32_t i = 0; owner == lt_pid && i < LT_QUEUED_MAX && n < room; i++) {
		uint64_t value = sent[i].value;
		uint32_t signal = sent[i].signal;
		if (!value)
			continue;
		if (!asked) /* of the process and of this thread, as far as they are blocked */
			lt_sys2(SYS_rt_sigpending, &process, sizeof(process));
		if (signal & THREAD && !asked_threads)
			threads = waits_for_threads(text, len);
		asked = true;
		asked_threads |= (signal & THREAD) != 0;
		uint32_t signo = signal & ~(uint32_t)THREAD;
		if (!((process | threads) >> (signo - 1) & 1)) {
			atomic_compare_exchange_strong(&sent[i].value, &value, 0);
			continue;
		}
		out[n++] = (struct lt_scan_word){.value = value,
			.kind = LT_SCAN_KERNEL,
			.id = LT_KEPT_SIGNAL,
			.number = signo};
	}
	return n;
}
