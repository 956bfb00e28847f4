/* Threads and address spaces of other kinds, rights given up, and what a parent sees of its
 * children.
 *
 * @case clone_thread
 * @run t "$prog" clone_thread
 * @case clone_vm
 * @run t "$prog" clone_vm
 * @case timers_sigev_thread
 * @run t "$prog" timers
 * @may threads_of_unknown_origin
 * @case wait_undisturbed
 * @run t "$prog" wait
 * @case umask_and_directory
 * @run mkdir -p empty; t "$prog" umask; rmdir empty
 * @check equal mode "$(stat -c %a "$dump")" 600
 * @case unshare
 * @needs unshare -U true
 * @run t "$prog" unshare
 * @case chroot
 * @needs chroot / true
 * @run mkdir -p empty; t "$prog" chroot
 * @case setuid_down
 * @needs chroot / true
 * @run t "$prog" setuid_down
 * @case prctl_dumpable
 * @run t "$prog" dumpable
 */
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "tests/hostile/hostile.h"

enum { LARGE = 60000 };
static int fired;

static int clone_main(void *unused)
{
	(void)unused;
	churn(50);
	return 6;
}

static void clones(int flags)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = clone(clone_main, stack + sizeof(stack), flags | SIGCHLD, NULL);
	must(pid > 0, "clone");
	reap("clone", pid);
}

/* A thread of this process that no library knows of; main sleeps until it has ended. */
static void clone_thread(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	static volatile pid_t there;
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		    CLONE_SYSVSEM | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
	there = 1;
	must(clone(clone_main, stack + sizeof(stack), flags, NULL, &there, NULL, &there) > 0,
		"clone");
	while (there)
		pause_ms(1);
}

static void on_timer(union sigval value)
{
	counted_free(counted_malloc(30));
	__atomic_add_fetch((int *)value.sival_ptr, 1, __ATOMIC_SEQ_CST);
}

static void timers(void)
{
	timer_t id;
	struct sigevent ev = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_timer};
	struct itimerspec every = {{0, 2000000}, {0, 2000000}}, never = {{0, 0}, {0, 0}};
	ev.sigev_value.sival_ptr = &fired;
	must(timer_create(CLOCK_MONOTONIC, &ev, &id) == 0, "timer_create");
	timer_settime(id, 0, &every, NULL);
	while (__atomic_load_n(&fired, __ATOMIC_SEQ_CST) < 20)
		pause_ms(1);
	timer_settime(id, 0, &never, NULL);
	pause_ms(50);
	timer_delete(id);
}

static volatile sig_atomic_t chld;

static void on_child(int sig)
{
	(void)sig;
	chld++;
}

static void waits(void)
{
	int status;
	signal(SIGCHLD, on_child);
	churn(LARGE);
	say("wait: %d, error %d, signals %d\n", wait(&status), errno, (int)chld);
	pid_t pid = fork();
	if (pid == 0) {
		/* Nothing: no event, no dump. */
		_exit(9);
	}
	say("its own: %d", waitpid(-1, &status, 0) == pid);
	say(", status %d, signals %d\n", WEXITSTATUS(status), (int)chld);
	say("wait: %d, error %d\n", wait(&status), errno);
	say("waitpid __WALL: %d, error %d\n", waitpid(-1, &status, __WALL), errno);
}

static void umasks(void)
{
	say("umask %o\n", umask(0));
	int fd = open("made", O_CREAT | O_RDWR | O_EXCL, 0666);
	struct stat st;
	fstat(fd, &st);
	say("mode %o\n", st.st_mode & 0777);
	must(chdir("empty") == 0, "chdir");
	churn(LARGE);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	churn(10);
	if (IS("clone_vm"))
		clones(CLONE_VM);
	if (IS("clone_thread"))
		clone_thread();
	if (IS("timers"))
		timers();
	if (IS("wait"))
		waits();
	if (IS("umask"))
		umasks();
	if (IS("unshare")) /* refused to a process with more than one thread */
		say("unshare: %d\n", unshare(CLONE_NEWUSER | CLONE_FS));
	if (IS("chroot"))
		say("chroot: %d %d\n", chroot("empty"), chdir("/"));
	if (IS("setuid_down"))
		say("setuid: %d %d\n", setgid(65534), setuid(65534));
	if (IS("dumpable"))
		say("prctl: %d\n", prctl(PR_SET_DUMPABLE, 0));
	churn(LARGE);
	say("done\n");
	return 5;
}
