/* What the programs of descriptors.tap share: what /proc says is open, read past the C library. */
#ifndef FDS_H
#define FDS_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The tracer's own: the dump, and a file of /proc that it keeps. */
static int is_tracers(const char *number)
{
	char path[64], target[512];
	snprintf(path, sizeof(path), "/proc/self/fd/%s", number);
	long n = syscall(SYS_readlinkat, AT_FDCWD, path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = 0;
	const char *end = strrchr(target, '.');
	return (end && strcmp(end, ".bin") == 0) || strstr(target, "/statm");
}

/* The kernel's structure, whose d_name has no length. */
struct entry {
	unsigned long long ino, off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* Prints WHAT and the numbers that are open, in order. */
static void print_open(const char *what)
{
	static __thread char room[1 << 15];
	int all[1024], used = 0;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY);
	for (long n; (n = syscall(SYS_getdents64, fd, room, sizeof(room))) > 0;)
		for (char *p = room; p < room + n; p += ((struct entry *)p)->len) {
			const char *name = ((struct entry *)p)->name;
			if (*name != '.' && atoi(name) != fd && !is_tracers(name))
				all[used++] = atoi(name);
		}
	syscall(SYS_close, fd);
	printf("%s", what);
	for (int i = 0; i < used; i++)
		printf(" %d", all[i]);
	printf("\n");
	fflush(stdout);
}

#endif
