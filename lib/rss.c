#include "lib/rss.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "lib/dumpfile.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/sys.h"

enum { PAGE = 4096, FD_LEAST = 32 };

LT_TOGETHER static int fd = -1;
LT_TOGETHER static bool none; /* every descriptor is wanted for something better */
LT_TOGETHER static uint64_t dev, ino;

static bool is_ours(void)
{
	struct stat st;
	return lt_sys2(SYS_fstat, fd, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

bool lt_rss_owns(int number)
{
	return number >= 0 && number == fd && is_ours();
}

static int open_low(void)
{
	return (int)lt_sys4(SYS_openat, AT_FDCWD, "/proc/self/statm", O_RDONLY | O_CLOEXEC, 0);
}

static long open_high(void *unused)
{
	(void)unused;
	struct stat st;
	if ((int)lt_sys1(SYS_getpid, 0) != lt_pid) /* a vfork child has descriptors of its own */
		return 0;
	int f = open_low();
	int high = f < 0 ? -1 : lt_fd_high(f);
	none = high < FD_LEAST || lt_sys2(SYS_fstat, high, &st) != 0;
	if (none) {
		if (high >= 0)
			lt_sys1(SYS_close, high);
		return 0;
	}
	dev = st.st_dev;
	ino = st.st_ino;
	fd = high;
	return 0;
}

/* No signal handler may come between and open a file. */
void lt_rss_open(void)
{
	if (fd < 0 && !none && !lt_sealed)
		lt_slowly(open_high, NULL);
}

void lt_rss_forget(void)
{
	if (fd >= 0 && is_ours())
		lt_sys1(SYS_close, fd);
	fd = -1;
	none = false;
}

static long read_statm(char *buf, size_t len)
{
	if (none)
		return -1;
	if (fd >= 0)
		return is_ours() ? lt_sys4(SYS_pread64, fd, buf, len, 0) : -1;
	int f = open_low();
	if (f < 0)
		return -1;
	long n = lt_sys4(SYS_pread64, f, buf, len, 0);
	lt_sys1(SYS_close, f);
	return n;
}

static uint64_t most(void)
{
	struct rusage ru = {0};
	lt_sys2(SYS_getrusage, RUSAGE_SELF, &ru);
	return (uint64_t)ru.ru_maxrss * 1024;
}

void lt_rss_most(uint64_t bytes[2])
{
	bytes[0] = 0;
	bytes[1] = most();
}

bool lt_rss(uint64_t bytes[2])
{
	char buf[64];
	long n = read_statm(buf, sizeof(buf) - 1);
	if (n <= 0)
		return false;
	buf[n] = 0;
	const char *p = buf; /* "size resident ..." in pages */
	while (*p && *p != ' ')
		p++;
	uint64_t pages = 0;
	for (p += *p == ' '; *p >= '0' && *p <= '9'; p++)
		pages = pages * 10 + (uint64_t)(*p - '0');
	bytes[0] = pages * PAGE;
	bytes[1] = most();
	return true;
}
