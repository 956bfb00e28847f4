/* read-whole-file, repaired: the log is read through a buffer of 16 KiB.
 *
 * expect: ends=exit:0
 * absent: finding=heap.peak
 * expect: allocated site=count_lines count=1 bytes=16384
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG = 8 << 20, LINE = 64, PART = 16 << 10 };

static int write_log(void)
{
	char path[] = "/tmp/demo-XXXXXX", lines[64 * LINE];
	int fd = mkstemp(path);
	memset(lines, '-', sizeof(lines));
	for (size_t i = LINE - 1; i < sizeof(lines); i += LINE)
		lines[i] = '\n';
	unlink(path);
	for (size_t n = 0; n < LOG; n += sizeof(lines))
		if (write(fd, lines, sizeof(lines)) != sizeof(lines))
			abort();
	return fd;
}

static size_t count_lines(int fd)
{
	char *part = malloc(PART);
	size_t lines = 0;
	ssize_t got;
	if (!part)
		abort();
	for (off_t at = 0; (got = pread(fd, part, PART, at)) > 0; at += got)
		for (ssize_t i = 0; i < got; i++)
			lines += part[i] == '\n';
	free(part);
	return lines;
}

int main(void)
{
	int fd = write_log();
	printf("%zu lines\n", count_lines(fd));
	close(fd);
	return 0;
}
