/* Descriptors and what may come between: signal handlers, threads, cancellation, other processes.
 * Each case prints what is open in the end, and has the tracer look. */
#include "tests/e2e/fds.h"

#include <errno.h>
#include <leaktrace.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { ROUNDS = 400, STORM = 4, TARGETS = 8, TARGET = 300 };

static void end(void)
{
	print_open("open");
	leaktrace_scan();
}

static int null(void)
{
	return open("/dev/null", O_RDONLY);
}

static volatile int handled, kept = -1;
static void handler(int sig)
{
	int saved = errno, fd = dup(0);
	(void)sig;
	close(null());
	if (kept >= 0)
		close(kept);
	kept = fd;
	handled++;
	errno = saved;
}

/* A handler that opens and closes, between any two instructions of a program that does. */
static void signals(void)
{
	struct itimerval often = {{0, 100}, {0, 100}};
	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0, a = -1; i < 100 * ROUNDS && handled < ROUNDS; i++) {
		int fd = null();
		if (i % 3 == 0)
			dup2(fd, TARGET + i % TARGETS);
		if (a >= 0)
			close(a);
		a = fd;
	}
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
	end();
}

/* Threads that duplicate onto the same numbers, open and close on their own, and pass on what they
 * have opened. */
static int passed[2];
static void *storm(void *unused)
{
	int fd, mine = null();
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		dup2(mine, TARGET + i % TARGETS);
		close(null());
		fd = dup(0);
		if (write(passed[1], &fd, sizeof(fd)) != sizeof(fd) ||
			read(passed[0], &fd, sizeof(fd)) != sizeof(fd) || close(fd))
			abort();
	}
	return NULL;
}
static void *brief(void *arg)
{
	close(null());
	*(int *)arg = null();
	return NULL;
}
static void threads(void)
{
	pthread_t t[STORM];
	if (pipe(passed))
		abort();
	for (int i = 0; i < STORM; i++)
		pthread_create(&t[i], NULL, storm, NULL);
	for (int i = 0; i < ROUNDS / 4; i++) {
		pthread_t short_lived;
		int fd;
		pthread_create(&short_lived, NULL, brief, &fd);
		pthread_join(short_lived, NULL);
		if (i)
			close(fd);
	}
	for (int i = 0; i < STORM; i++)
		pthread_join(t[i], NULL);
	end();
}

/* Cancelled where it waits; what it has opened is closed by its cleanup handlers. */
static int sockets[2];
static atomic_int requested;
static void closer(void *fd)
{
	close(*(int *)fd);
}
static void *waits(void *how)
{
	int fd = null();
	char byte;
	struct iovec v = {&byte, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
	struct mmsghdr many = {m, 0};
	pthread_cleanup_push(closer, &fd);
	switch ((long)how) {
	case 0:
		accept(sockets[0], NULL, NULL);
		break;
	case 1:
		accept4(sockets[0], NULL, NULL, 0);
		break;
	case 2:
		recvmsg(sockets[1], &m, 0);
		break;
	case 3:
		recvmmsg(sockets[1], &many, 1, 0, NULL);
		break;
	case 4:
		open("fifo", O_RDONLY);
		break;
	case 5:
		openat(AT_FDCWD, "fifo", O_RDONLY);
		break;
	case 6:
		creat("fifo", 0600);
		break;
	case 7:
		fcntl(fd, F_SETLKW, &(struct flock){.l_type = F_UNLCK});
		pause();
		break;
	default:
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
		while (!requested)
			sched_yield();
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
		close(dup(fd)); /* cancelled at its beginning: nothing is closed */
		abort();
	}
	pthread_cleanup_pop(1);
	return NULL;
}
static void cancelled(void)
{
	int pair[2];
	struct sockaddr any = {.sa_family = AF_UNIX};
	sockets[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(sockets[0], &any, sizeof(any.sa_family)) || listen(sockets[0], 1))
		abort();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || (mkfifo("fifo", 0600) && errno != EEXIST))
		abort();
	sockets[1] = pair[0];
	for (long how = 0; how < 9; how++) {
		pthread_t t;
		void *result;
		pthread_create(&t, NULL, waits, (void *)how);
		usleep(how == 8 ? 0 : 1000);
		pthread_cancel(t);
		requested = how == 8;
		pthread_join(t, &result);
		printf("%ld %s\n", how, result == PTHREAD_CANCELED ? "cancelled" : "returned");
	}
	unlink("fifo");
	end();
}

static void wait_for(pid_t pid)
{
	int status;
	waitpid(pid, &status, 0);
	printf("child %d\n", status);
	fflush(stdout);
}

static char stack[1 << 16] __attribute__((aligned(16)));
static int beside(void *fd)
{
	close(*(int *)fd);
	dup2(0, TARGET);
	_exit(null() < 0);
}

/* Other processes: what they do is not ours. The forked ones that only close and duplicate have no
 * dump; that the last one has closed one and opened one before it allocates is told in its own. */
static void forks(void)
{
	int a = null(), b = null();
	pid_t pid = vfork();
	if (pid == 0) {
		close(a);
		dup2(b, TARGET);
		pid_t next = vfork();
		if (next == 0) {
			close(b);
			_exit(0);
		}
		waitpid(next, NULL, 0);
		close(b);
		null();
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	wait_for(pid);
	wait_for(clone(beside, stack + sizeof(stack), CLONE_VM | SIGCHLD, &a));
	pid = fork();
	if (pid == 0) {
		close(a);
		dup2(b, 0);
		close_range(100, 200, 0);
		null();
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	wait_for(pid);
	close(b);
	pid = fork();
	if (pid == 0) {
		close(a);
		dup2(0, TARGET);
		free(malloc(getppid() > 0 ? 100 : 0));
		dup2(0, TARGET + 1);
		print_open("forked");
		leaktrace_scan();
		_exit(0);
	}
	wait_for(pid);
	end();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {{"signals", signals}, {"threads", threads}, {"cancelled", cancelled},
		{"forks", forks}};
	for (unsigned i = 0; argc > 1 && i < sizeof(cases) / sizeof(*cases); i++)
		if (strcmp(argv[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	return 2;
}
