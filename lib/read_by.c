#include "lib/read_by.h"

#include <fcntl.h>
#include <string.h>
#include "lib/sys.h"

bool lt_read_by(const char *path, char *text, uint32_t len,
	uint32_t (*take)(void *ctx, const char *text, uint32_t len), void *ctx)
{
	uint32_t have = 0;
	long got;
	int fd = (int)lt_sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	while (have < len && (got = lt_sys3(SYS_read, fd, text + have, len - have)) > 0) {
		have += (uint32_t)got;
		uint32_t done = take(ctx, text, have);
		memmove(text, text + done, have - done);
		have -= done;
	}
	lt_sys1(SYS_close, fd);
	return true;
}
