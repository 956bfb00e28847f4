/* Opens resources of many kinds at known places and leaves known numbers of them open; prints what
 * the kernel says of itself: descriptors (without the one that it counts with), and tasks. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 20, TIMERS = 5, MAPPED = 3 << 20 };

static void open_files(const char *name)
{
	int fd[FILES];
	for (int i = 0; i < FILES; i++)
		fd[i] = open(name, O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < FILES / 2; i++)
		close(fd[i]);
}

static void open_stream(const char *name)
{
	if (!fopen(name, "r"))
		exit(1);
}

static void open_sockets(void)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		exit(1);
}

static void make_timers(void)
{
	struct sigevent ev = {.sigev_notify = SIGEV_NONE};
	struct itimerspec every = {{3600, 0}, {3600, 0}};
	timer_t timer[TIMERS];
	for (int i = 0; i < TIMERS; i++)
		if (timer_create(CLOCK_MONOTONIC, &ev, &timer[i]))
			exit(1);
	timer_settime(timer[0], 0, &every, NULL);
	timer_delete(timer[1]);
	struct itimerval hour = {{0, 0}, {3600, 0}};
	setitimer(ITIMER_REAL, &hour, NULL);
}

static void *nothing(void *arg)
{
	return arg;
}

static void make_threads(void)
{
	pthread_t t[3];
	for (int i = 0; i < 3; i++)
		if (pthread_create(&t[i], NULL, nothing, NULL))
			exit(1);
	pthread_join(t[0], NULL);
	pthread_detach(t[1]);
}

static void map_memory(void)
{
	char *kept = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *gone = mmap(NULL, MAPPED, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (kept == MAP_FAILED || gone == MAP_FAILED)
		exit(1);
	munmap(gone, MAPPED);
	/* Two of its pages are in memory, and no huge one. */
	madvise(kept, MAPPED, MADV_NOHUGEPAGE);
	kept[0] = kept[MAPPED - 1] = 1;
}

static void make_segment(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	void *at = id < 0 ? NULL : shmat(id, NULL, 0);
	if (id < 0 || at == (void *)-1)
		return;
	shmctl(id, IPC_RMID, NULL);
}

/* As the kernel counts them, up to a number: what the tracer has opened for itself is high. */
static int entries(const char *directory, long below)
{
	int n = 0;
	DIR *d = opendir(directory);
	for (struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.' && atol(e->d_name) < below;
	if (d)
		closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "/dev/null";
	open_files(name);
	open_stream(name);
	open_sockets();
	make_timers();
	make_threads();
	map_memory();
	make_segment();
	/* By no way that a hook sees. */
	long hidden = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY, 0);
	struct timespec moment = {0, 50000000}; /* until the threads have ended */
	nanosleep(&moment, NULL);
	printf("descriptors %d hidden %ld\n", entries("/proc/self/fd", 500) - 1, hidden);
	printf("tasks %d\n", entries("/proc/self/task", 1L << 40));
	return 0;
}
