/* What each function that opens or closes a descriptor returns, with its errno, when it succeeds
 * and when it fails: one line for each call. The same with the tracer and without. */
#include "tests/e2e/fds.h"

#include <errno.h>
#include <leaktrace.h>
#include <mntent.h>
#include <mqueue.h>
#include <pty.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <utmp.h>

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

static void told(const char *what, long result)
{
	printf("%s = %ld, %s\n", what, result, errno ? strerrorname_np(errno) : "0");
}
#define IS(call)                                                                                   \
	do {                                                                                       \
		errno = 0;                                                                         \
		long r_ = (long)(call);                                                            \
		told(#call, r_);                                                                   \
	} while (0)
/* Of a stream or directory: whether there is one, and its number. */
#define IS_STREAM(call)                                                                            \
	do {                                                                                       \
		errno = 0;                                                                         \
		f = (call);                                                                        \
		told(#call, f ? fileno(f) : -1);                                                   \
	} while (0)
#define IS_DIR(call)                                                                               \
	do {                                                                                       \
		errno = 0;                                                                         \
		d = (call);                                                                        \
		told(#call, d ? dirfd(d) : -1);                                                    \
	} while (0)

static const char none[] = "/none/at/all", null[] = "/dev/null";
static char path[64];
static sigset_t set;

static char *template(const char *text)
{
	return strcpy(path, text);
}

static void files(void)
{
	IS(open(null, O_RDONLY));
	IS(open(none, O_RDONLY));
	IS(open(none, O_RDWR | O_CREAT, 0600));
	IS(open64("made", O_RDWR | O_CREAT | O_EXCL, 0640));
	struct stat st;
	IS(stat("made", &st) ? 0 : st.st_mode);
	IS(open64("made", O_RDWR | O_CREAT | O_EXCL, 0640));
	IS(openat(AT_FDCWD, null, O_RDONLY));
	IS(openat(-5, "x", O_RDONLY));
	IS(openat64(AT_FDCWD, "made2", O_RDWR | O_CREAT, 0604));
	IS(stat("made2", &st) ? 0 : st.st_mode);
	IS(__open_2(null, O_RDONLY));
	IS(__open_2(none, O_RDONLY));
	IS(__open64_2(null, O_RDONLY));
	IS(__openat_2(AT_FDCWD, null, O_RDONLY));
	IS(__openat64_2(AT_FDCWD, null, O_RDONLY));
	IS(__openat64_2(-5, "x", O_RDONLY));
	IS(creat("made", 0600));
	IS(creat(none, 0600));
	IS(creat64("made", 0600));
	IS(open(".", O_TMPFILE | O_RDWR, 0600));
	IS(open(null, O_RDONLY | O_DIRECTORY));
	IS(mkstemp(template("XXXXXX")));
	IS(mkstemp(template("XXX")));
	IS(mkstemp64(template("/none/XXXXXX")));
	IS(mkostemp(template("XXXXXX"), O_CLOEXEC));
	IS(mkostemp64(template("x"), O_CLOEXEC));
	IS(mkstemps(template("XXXXXX.c"), 2));
	IS(mkstemps64(template("XXXXXX.c"), 5));
	IS(mkostemps(template("XXXXXX.c"), 2, O_CLOEXEC));
	IS(mkostemps64(template("XXXXXX"), -1, 0));
	IS(shm_open("/lt-none", O_RDWR, 0));
	IS(memfd_create("m", 0));
	IS(memfd_create("m", ~0u));
	IS(open_by_handle_at(-5, (struct file_handle *)&st, O_RDONLY));
}

static void kernels(void)
{
	IS(eventfd(0, 0));
	IS(eventfd(0, ~0));
	IS(signalfd(-1, &set, 0));
	IS(signalfd(-1, &set, ~0));
	IS(signalfd(0, &set, 0));
	IS(timerfd_create(CLOCK_MONOTONIC, 0));
	IS(timerfd_create(99, 0));
	IS(inotify_init());
	IS(inotify_init1(~0));
	IS(fanotify_init(~0u, 0));
	IS(epoll_create(1));
	IS(epoll_create(0));
	IS(epoll_create1(~0));
	IS(pidfd_open(getpid(), 0));
	IS(pidfd_open(-1, 0));
	IS(pidfd_getfd(-1, 0, 0));
	IS(fsopen("nothing", ~0u));
	IS(fspick(AT_FDCWD, none, 0));
	IS(fsmount(-1, 0, 0));
	IS(open_tree(AT_FDCWD, none, 0));
	IS(mq_open("/lt-none", O_RDWR));
	IS(mq_open("none", O_RDWR | O_CREAT, 0600, NULL));
	IS(mq_close(-1));
	IS(posix_openpt(O_RDWR | O_NOCTTY) >= 0);
	IS(getpt() >= 0);
	IS(login_tty(-1));
}

static void pairs(void)
{
	int fd[2];
	IS(pipe(fd));
	IS(fd[0] + 100 * fd[1]);
	IS(pipe2(fd, ~0));
	IS(pipe2(fd, O_CLOEXEC));
	IS(fd[0] + 100 * fd[1]);
	IS(socket(AF_UNIX, SOCK_STREAM, 0));
	IS(socket(12345, 0, 0));
	IS(socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	IS(socketpair(AF_INET, SOCK_STREAM, 0, fd));
	IS(accept(0, NULL, NULL));
	IS(accept(-1, NULL, NULL));
	IS(accept4(0, NULL, NULL, 0));
	IS(accept4(-1, NULL, NULL, ~0));
	struct mmsghdr m = {0};
	IS(recvmsg(-1, &m.msg_hdr, 0));
	IS(recvmsg(fd[0], &m.msg_hdr, MSG_DONTWAIT));
	IS(recvmsg(0, &m.msg_hdr, 0));
	IS(recvmmsg(-1, &m, 1, 0, NULL));
	IS(recvmmsg(fd[0], &m, 1, MSG_DONTWAIT, NULL));
	IS(openpty(&fd[0], &fd[1], NULL, NULL, NULL));
}

static void duplicates(void)
{
	IS(dup(0));
	IS(dup(-1));
	IS(dup(900));
	IS(dup2(0, 300));
	IS(dup2(0, 300));
	IS(dup2(300, 300));
	IS(dup2(301, 301));
	IS(dup2(-1, 300));
	IS(dup2(0, -1));
	IS(dup3(0, 302, O_CLOEXEC));
	IS(fcntl(302, F_GETFD));
	IS(dup3(0, 0, 0));
	IS(dup3(0, 303, ~0));
	IS(fcntl(0, F_DUPFD, 310));
	IS(fcntl(0, F_DUPFD_CLOEXEC, 310));
	IS(fcntl64(0, F_DUPFD, 310));
	IS(fcntl(0, F_DUPFD, -1));
	IS(fcntl(-1, F_DUPFD, 0));
	IS(fcntl(310, F_SETFD, FD_CLOEXEC));
	IS(fcntl(310, F_GETFD));
	IS(fcntl(310, F_GETFL) & O_ACCMODE);
	IS(fcntl(310, 9999, 0));
	struct flock lock = {.l_type = F_RDLCK};
	IS(fcntl(-1, F_GETLK, &lock));
}

static void closing(void)
{
	IS(close(300));
	IS(close(300));
	IS(close(-1));
	IS(close(901));
	IS(close_range(302, 320, CLOSE_RANGE_CLOEXEC));
	IS(fcntl(311, F_GETFD));
	IS(close_range(302, 320, 0));
	IS(fcntl(311, F_GETFD));
	IS(close_range(5, 4, 0));
	IS(close_range(5, 6, ~0));
	closefrom(40);
	IS(fcntl(40, F_GETFD));
}

static void streams(void)
{
	FILE *f;
	DIR *d;
	IS_STREAM(fopen(null, "r"));
	IS(fclose(f));
	IS_STREAM(fopen(none, "r"));
	IS_STREAM(fopen(null, "nonsense"));
	IS_STREAM(fopen64(null, "we"));
	IS(fclose(f));
	IS_STREAM(fdopen(-1, "r"));
	IS_STREAM(fdopen(dup(0), "r"));
	close(fileno(f));
	IS(fclose(f));
	IS_STREAM(tmpfile());
	IS_STREAM(freopen(null, "r", f));
	IS_STREAM(freopen(NULL, "r", f));
	IS_STREAM(freopen(none, "r", f));
	IS_STREAM(tmpfile64());
	IS(fclose(f));
	IS_STREAM(setmntent(null, "r"));
	IS(endmntent(f));
	IS_STREAM(setmntent(none, "r"));
	IS(endmntent(NULL));
	IS_STREAM(popen("exit 3", "r"));
	IS(pclose(f));
	IS_STREAM(popen("exit 3", "x"));
	char text[8];
	IS_STREAM(fmemopen(text, sizeof(text), "w"));
	IS(fclose(f));
	IS_DIR(opendir("."));
	IS(closedir(d));
	IS_DIR(opendir(none));
	IS_DIR(fdopendir(-1));
	IS_DIR(fdopendir(0));
	IS_DIR(fdopendir(open(".", O_RDONLY)));
	close(dirfd(d));
	IS(closedir(d));
}

/* All numbers taken: nothing may need one more. The tracer has some of them. */
static void exhausted(void)
{
	FILE *f;
	DIR *d;
	int fd[2], used = 0;
	struct rlimit limit = {100, 100};
	setrlimit(RLIMIT_NOFILE, &limit);
	while (used < 200 && open(null, O_RDONLY) >= 0)
		used++;
	IS(open(null, O_RDONLY));
	IS(dup(0));
	IS(pipe(fd));
	IS(socket(AF_UNIX, SOCK_STREAM, 0));
	IS(fcntl(0, F_DUPFD, 0));
	IS_STREAM(fopen(null, "r"));
	IS_DIR(opendir("."));
	free(malloc(100000));
	IS(close(50));
	IS(open(null, O_RDONLY));
	IS(dup2(0, 100));
}

int main(void)
{
	sigemptyset(&set);
	files();
	kernels();
	pairs();
	duplicates();
	closing();
	streams();
	print_open("open");
	leaktrace_scan();
	exhausted();
	return 0;
}
