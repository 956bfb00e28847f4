/* bench-cost [-n TIMES] [-e NAME=VALUE].. [-m] -o FILE COMMAND..: runs the command TIMES times
 * (once) and appends to FILE one line: wall, user, system: seconds, summed over the runs peak
 * resident, peak private: KiB, of the largest run; private only with -m, else 0 status: 0, or that
 * of the first run that failed, as a shell has it The times are those of all processes that the
 * command left behind it too: orphans become children of bench-cost, and it ends when the last of
 * them has. Peak resident is that of the largest process. -m reads the command's own private memory
 * every few milliseconds while it runs, which takes time: not to be used where time is measured.
 * The environment is changed for the command alone. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLE_MS = 4, SETTINGS_MAX = 16 };

struct cost {
	double wall, user, sys;
	long resident, private_now;
	int status;
};

static char *settings[SETTINGS_MAX];
static int setting_count;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* The private memory of a process now, in KiB; 0 when it cannot be told. */
static long private_memory(pid_t pid)
{
	char name[64], text[4096];
	long kib, sum = 0;
	snprintf(name, sizeof(name), "/proc/%d/smaps_rollup", (int)pid);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "Private_Clean: %ld", &kib) == 1 ||
			sscanf(line, "Private_Dirty: %ld", &kib) == 1)
			sum += kib;
	}
	return sum;
}

static pid_t start(char **command)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	for (int i = 0; i < setting_count; i++)
		putenv(settings[i]);
	execvp(command[0], command);
	fprintf(stderr, "bench-cost: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static void keep(struct cost *cost, int status)
{
	if (!cost->status)
		cost->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Waits for the command, looking at its memory meanwhile. */
static void watch(struct cost *cost, pid_t pid)
{
	siginfo_t info = {0};
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 && !info.si_pid) {
		long kib = private_memory(pid);
		if (kib > cost->private_now)
			cost->private_now = kib;
		poll(NULL, 0, SAMPLE_MS);
	}
}

static int run(struct cost *cost, char **command, int memory)
{
	double begin = now();
	pid_t pid = start(command), got;
	int status;
	if (pid < 0)
		return -1;
	if (memory)
		watch(cost, pid);
	while ((got = waitpid(-1, &status, 0)) > 0 || errno == EINTR)
		if (got == pid)
			keep(cost, status);
	cost->wall += now() - begin;
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: bench-cost [-n TIMES] [-e NAME=VALUE].. [-m] -o FILE COMMAND..\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct cost cost = {0};
	struct rusage used;
	const char *out = NULL;
	int c, times = 1, memory = 0;
	while ((c = getopt(argc, argv, "+n:e:mo:")) != -1) {
		if (c == 'n')
			times = atoi(optarg);
		else if (c == 'e' && setting_count < SETTINGS_MAX)
			settings[setting_count++] = optarg;
		else if (c == 'm')
			memory = 1;
		else if (c == 'o')
			out = optarg;
		else
			return usage();
	}
	if (optind == argc || !out || times < 1)
		return usage();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < times; i++)
		if (run(&cost, argv + optind, memory) < 0)
			return 1;
	getrusage(RUSAGE_CHILDREN, &used);
	FILE *f = fopen(out, "a");
	if (!f)
		return 1;
	fprintf(f, "%.6f %.6f %.6f %ld %ld %d\n", cost.wall, seconds(used.ru_utime),
		seconds(used.ru_stime), used.ru_maxrss, cost.private_now, cost.status);
	return fclose(f) ? 1 : 0;
}
