/* A library whose constructor runs before any other, the tracer's too, allocates, opens and
 * closes descriptors, and is in a region. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "leaktrace.h"

extern char *first_block, *first_grown;
char *first_block, *first_grown;
extern int first_fd;
int first_fd;

static void descriptors(void)
{
	int pair[2], fd = open("/dev/null", O_RDONLY);
	FILE *f = fopen("/dev/null", "r");
	if (fd < 0 || !f || fclose(f) || pipe(pair) || dup2(fd, pair[0]) < 0 || close(pair[1]))
		abort();
	first_fd = fcntl(pair[0], F_DUPFD, 20);
	if (close(pair[0]) || close(fd) || open("/none/at/all", O_RDONLY) >= 0)
		abort();
}

__attribute__((constructor)) static void first(void)
{
	leaktrace_region_begin("before the tracer");
	first_block = malloc(100);
	first_grown = realloc(calloc(10, 10), 3000);
	free(malloc(5000));
	void *aligned = NULL;
	if (posix_memalign(&aligned, 4096, 10) == 0 && ((unsigned long)aligned & 4095) == 0)
		strcpy(first_block, "first");
	free(aligned);
	descriptors();
	leaktrace_region_end("before the tracer");
	leaktrace_thread_name("the first");
}
