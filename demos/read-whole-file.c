/* read-whole-file: to count the lines of a log, the whole log is read into memory.
 *
 * The log has 8 MiB, and so has the peak.
 *
 * expect: ends=exit:0
 * expect: finding=heap.peak site=read_whole count=1 bytes=8388608
 * expect: allocated site=read_whole count=1 bytes=8388608
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG = 8 << 20, LINE = 64 };

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

static char *read_whole(int fd, size_t size)
{
	char *text = malloc(size);
	if (!text)
		abort();
	for (size_t at = 0; at < size;) {
		ssize_t got = pread(fd, text + at, size - at, (off_t)at);
		if (got <= 0)
			abort();
		at += (size_t)got;
	}
	return text;
}

static size_t count_lines(int fd)
{
	size_t size = (size_t)lseek(fd, 0, SEEK_END), lines = 0;
	char *text = read_whole(fd, size);
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	free(text);
	return lines;
}

int main(void)
{
	int fd = write_log();
	printf("%zu lines\n", count_lines(fd));
	close(fd);
	return 0;
}
