/* See run.h. The child gets back what the launcher changed for itself: signal mask, and what is
 * done about SIGINT, SIGQUIT and SIGCHLD. All signals that matter are blocked across the fork, so
 * that none falls between. */
#include "tools/launch/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tools/launch/capture.h"

static const int forwarded[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM};
static const int changed[] = {SIGINT, SIGQUIT, SIGCHLD};
enum {
	FORWARDED = sizeof(forwarded) / sizeof(*forwarded),
	CHANGED = sizeof(changed) / sizeof(*changed),
};

struct before {
	sigset_t mask;
	struct sigaction actions[CHANGED];
};

static void take_signals(struct before *b, sigset_t *waited)
{
	sigset_t all;
	sigemptyset(waited);
	for (int i = 0; i < FORWARDED; i++)
		sigaddset(waited, forwarded[i]);
	sigaddset(waited, SIGCHLD);
	all = *waited;
	sigaddset(&all, SIGINT);
	sigaddset(&all, SIGQUIT);
	sigprocmask(SIG_BLOCK, &all, &b->mask);
	for (int i = 0; i < CHANGED; i++) {
		struct sigaction a = {.sa_handler = changed[i] == SIGCHLD ? SIG_DFL : SIG_IGN};
		sigaction(changed[i], &a, &b->actions[i]);
	}
}

/* In the launcher, after the fork: what it ignores must not stay pending until it ends. */
static void ignore_terminal(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void give_signals_back(const struct before *b)
{
	for (int i = 0; i < CHANGED; i++)
		sigaction(changed[i], &b->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &b->mask, NULL);
}

/* A text without #! is a script for the shell; a binary is not. */
static bool is_text(const char *path)
{
	char head[128];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	if (fd >= 0)
		close(fd);
	if (n < 0 || (n >= 4 && memcmp(head, "\177ELF", 4) == 0))
		return false;
	return !memchr(head, '\0', (size_t)n);
}

static void execute(const char *path, char **argv)
{
	execv(path, argv);
	if (errno != ENOEXEC)
		return;
	size_t n = 0;
	while (argv[n])
		n++;
	char **shell = calloc(n + 2, sizeof(*shell));
	if (shell && is_text(path)) {
		shell[0] = (char *)"sh";
		shell[1] = (char *)path;
		memcpy(shell + 2, argv + 1, n * sizeof(*shell));
		execv("/bin/sh", shell);
	}
	errno = ENOEXEC;
}

/* In the child: executes, or tells the launcher through the pipe why not. */
__attribute__((noreturn)) static void become(const char *path, char **argv, int tell)
{
	execute(path, argv);
	int error = errno;
	if (write(tell, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* Waits until the child has executed: 0, or the errno with which it failed (it is reaped then). */
static int executed(pid_t child, int pipe_end)
{
	int error = 0;
	ssize_t n;
	while ((n = read(pipe_end, &error, sizeof(error))) < 0 && errno == EINTR)
		;
	close(pipe_end);
	if (n != (ssize_t)sizeof(error))
		return 0;
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return error;
}

/* The signals that have come: those for the child are sent on. */
static void forward(pid_t child, int signals)
{
	struct signalfd_siginfo info;
	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int sig = (int)info.ssi_signo;
		/* When the terminal goes away, the kernel tells the child, too. */
		bool both = sig == SIGHUP && info.ssi_code > 0;
		if (sig != SIGCHLD && !both)
			kill(child, sig);
	}
}

/* Without a descriptor for signals they are looked at now and then. */
static void wait_and_forward(
	pid_t child, const sigset_t *waited, struct lr_capture *capture, int *status)
{
	enum { NOW_AND_THEN = 20 };
	int signals = signalfd(-1, waited, SFD_CLOEXEC | SFD_NONBLOCK);
	for (;;) {
		struct pollfd wait[3] = {{.fd = -1}, {.fd = -1}, {.fd = signals, .events = POLLIN}};
		/* Signals first: one that comes after the look at the child ends the poll. */
		if (signals >= 0)
			forward(child, signals);
		pid_t done = waitpid(child, status, WNOHANG);
		if (capture) {
			lr_capture_take(capture);
			lr_capture_wait(capture, wait);
		}
		if (done == child || (done < 0 && errno != EINTR))
			break;
		poll(wait, 3, signals >= 0 ? -1 : NOW_AND_THEN);
	}
	if (signals >= 0)
		close(signals);
}

/* What the child of run() is given. */
struct child {
	const char *path;
	char **argv;
	char *const *variables; /* NULL: none */
	int output;             /* its standard output; -1: ours */
	bool clean;             /* without what is meant for the program under test */
	struct lr_capture *capture;
};

/* A tool of ours is not to run on the libraries that are tested, and not to be traced or tried
 * itself. */
static void clean_environment(void)
{
	static const char *const names[] = {"GLIBC_TUNABLES", "LD_AUDIT", "LD_DEBUG",
		"LD_DEBUG_OUTPUT", "LD_LIBRARY_PATH", "LD_PRELOAD", "LD_PROFILE", "MALLOC_CHECK_",
		"MALLOC_PERTURB_"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
}

__attribute__((noreturn)) static void be_child(
	const struct child *c, const struct before *before, int tell)
{
	for (char *const *v = c->variables; v && *v; v++)
		putenv(*v);
	if (c->clean)
		clean_environment();
	if (c->output >= 0 && dup2(c->output, STDOUT_FILENO) < 0)
		_exit(126);
	if (c->capture)
		lr_capture_enter(c->capture);
	give_signals_back(before);
	become(c->path, c->argv, tell);
}

static int run(const struct child *c, int *status)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	struct before before;
	sigset_t waited;
	take_signals(&before, &waited);
	pid_t child = fork();
	int error = child < 0 ? errno : 0;
	if (child == 0)
		be_child(c, &before, ends[1]);
	ignore_terminal();
	close(ends[1]);
	if (c->capture)
		lr_capture_started(c->capture);
	if (error)
		close(ends[0]);
	else if ((error = executed(child, ends[0])) == 0)
		wait_and_forward(child, &waited, c->capture, status);
	give_signals_back(&before);
	return error;
}

int lr_run_program(const char *path, char **argv, char *const *variables,
	struct lr_capture *capture, int *status)
{
	struct child c = {path, argv, variables, -1, false, capture};
	return run(&c, status);
}

int lr_run_tool(const char *path, char **argv, int fd, int *status)
{
	enum { NOT_LOADED = 127 };
	struct child c = {path, argv, NULL, fd, true, NULL};
	int error = run(&c, status);
	if (error || !WIFEXITED(*status) || WEXITSTATUS(*status) != NOT_LOADED)
		return error;
	c.clean = false; /* its own libraries may be there alone */
	return run(&c, status);
}

void lr_end_like(int status)
{
	if (WIFSIGNALED(status)) {
		int sig = WTERMSIG(status);
		struct rlimit none = {0, 0};
		struct sigaction usual = {.sa_handler = SIG_DFL};
		sigset_t mask;
		setrlimit(RLIMIT_CORE, &none); /* the program's core is the one of interest */
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		sigaction(sig, &usual, NULL);
		sigemptyset(&mask);
		sigaddset(&mask, sig);
		raise(sig);
		sigprocmask(SIG_UNBLOCK, &mask, NULL);
		_exit(128 + sig);
	}
	exit(WEXITSTATUS(status));
}
