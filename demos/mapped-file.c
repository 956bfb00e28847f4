/* mapped-file: a viewer maps each file that it shows, and never unmaps one.
 *
 * 100 files of 64 KiB: 6553600 bytes stay mapped, and nothing points to them any more.
 *
 * expect: ends=exit:0
 * expect: finding=mapping.unreleased site=map_file count=100 bytes=6553600 unreferenced=100
 * expect: mappings created=100 released=0
 * expect: descriptors created=100 released=100
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILES = 100, SIZE = 64 << 10 };

static int make_file(int n)
{
	char path[] = "/tmp/demo-XXXXXX";
	int fd = mkstemp(path);
	if (fd < 0 || unlink(path) || ftruncate(fd, SIZE) ||
		pwrite(fd, n % 2 ? "GIF89a" : "RIFF..", 6, 0) != 6)
		abort();
	return fd;
}

static const char *map_file(int fd)
{
	const char *start = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (start == MAP_FAILED)
		abort();
	return start;
}

static int show(int n)
{
	int fd = make_file(n);
	const char *picture = map_file(fd);
	close(fd); /* the mapping stays */
	return memcmp(picture, "GIF", 3) == 0;
}

int main(void)
{
	int moving = 0;
	for (int n = 0; n < FILES; n++)
		moving += show(n);
	printf("%d files, %d of them move\n", FILES, moving);
	return 0;
}
