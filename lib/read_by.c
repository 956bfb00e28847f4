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

const char *lt_read_behind(const char *p, const char *end, const char *name)
{
	size_t n = strlen(name);
	return p && (size_t)(end - p) >= n && memcmp(p, name, n) == 0 ? p + n : NULL;
}

const char *lt_read_number(const char *p, const char *end, unsigned base, uint64_t *v)
{
	while (p && p < end && *p == ' ')
		p++;
	const char *from = p;
	bool minus = p && p < end && *p == '-';
	*v = 0;
	for (p += minus; p && p < end; p++) {
		unsigned c = (unsigned char)*p;
		unsigned digit = c - '0' < 10 ? c - '0' : c - 'a' < 6 ? c - 'a' + 10 : base;
		if (digit >= base)
			break;
		*v = *v * base + digit;
	}
	if (minus)
		*v = 0 - *v;
	return p > from + minus ? p : NULL;
}
