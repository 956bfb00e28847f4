/* Runs a program that counts (counted.c), kills it at a moment of its own choice, and prints what
 * was counted:  watch FILE MOST COMMAND... MOST: microseconds after all threads are there, at the
 * most; -1 leaves it alone, for a minute. Prints: status allocations frees bytes. The status is as
 * a shell's. */
#include "tests/loss/counted.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MINUTE = 60 * 1000, TICK = 1000 /* microseconds */ };

static void rest(long microseconds)
{
	struct timespec t = {microseconds / 1000000, microseconds % 1000000 * 1000};
	nanosleep(&t, NULL);
}

/* The status, or -1 while it runs. */
static int ended(pid_t pid, int flags)
{
	int status;
	if (waitpid(pid, &status, flags) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int watch(pid_t pid, const struct counted *c, long most)
{
	int status = -1;
	uint32_t random = 0;
	for (int i = 0; i < MINUTE && !c->ready && status < 0; i++, status = ended(pid, WNOHANG))
		rest(TICK);
	if (most >= 0) {
		if (getrandom(&random, sizeof(random), 0) < 0)
			random = 1;
		rest(random % (most + 1));
	} else {
		for (int i = 0; i < MINUTE && status < 0; i++, status = ended(pid, WNOHANG))
			rest(TICK);
	}
	if (status >= 0)
		return status;
	kill(pid, SIGKILL);
	return ended(pid, 0);
}

int main(int argc, char **argv)
{
	int fd = argc > 3 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600) : -1;
	if (fd < 0 || ftruncate(fd, sizeof(struct counted)))
		return 2;
	struct counted *c = mmap(NULL, sizeof(*c), PROT_READ, MAP_SHARED, fd, 0);
	if (c == MAP_FAILED)
		return 2;
	pid_t pid = fork();
	if (pid < 0)
		return 2;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	int status = watch(pid, c, atol(argv[2]));
	uint64_t allocations = 0, frees = 0, bytes = 0;
	for (int i = 0; i < COUNTED_THREADS; i++) {
		allocations += c->threads[i].allocations;
		frees += c->threads[i].frees;
		bytes += c->threads[i].bytes;
	}
	printf("%d %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", status, allocations, frees, bytes);
	return 0;
}
