#include "lib/rss.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "lib/dumpfile.h"
#include "lib/onstack.h"
#include "lib/sys.h"

enum { PAGE = 4096 };

static int fd = -1;
static uint64_t dev, ino;

void lt_rss_open(void)
{
	struct stat st;
	int old = fd;
	fd = -1;
	if (old >= 0 && lt_sys2(SYS_fstat, old, &st) == 0 && st.st_dev == dev && st.st_ino == ino)
		lt_sys1(SYS_close, old); /* the parent's, inherited over a fork */
	long f = lt_sys4(SYS_openat, AT_FDCWD, "/proc/self/statm", O_RDONLY | O_CLOEXEC, 0);
	if (f < 0)
		return;
	int high = lt_fd_high((int)f);
	if (high < 0 || lt_sys2(SYS_fstat, high, &st) != 0)
		return;
	dev = st.st_dev;
	ino = st.st_ino;
	fd = high;
}

bool lt_rss(uint64_t bytes[2])
{
	char buf[64];
	struct stat st;
	struct rusage ru = {0};
	if (fd < 0 || lt_sys2(SYS_fstat, fd, &st) != 0 || st.st_dev != dev || st.st_ino != ino)
		return false;
	long n = lt_sys4(SYS_pread64, fd, buf, sizeof(buf) - 1, 0);
	if (n <= 0)
		return false;
	buf[n] = 0;
	const char *p = buf; /* "size resident ..." in pages */
	while (*p && *p != ' ')
		p++;
	uint64_t pages = 0;
	for (p += *p == ' '; *p >= '0' && *p <= '9'; p++)
		pages = pages * 10 + (uint64_t)(*p - '0');
	lt_sys2(SYS_getrusage, RUSAGE_SELF, &ru);
	bytes[0] = pages * PAGE;
	bytes[1] = (uint64_t)ru.ru_maxrss * 1024;
	return true;
}
