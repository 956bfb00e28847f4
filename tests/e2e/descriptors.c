/* Opens and closes descriptors in every way that the C library has. At 100 moments: prints what
 * /proc says is open, and has the tracer look. descriptors.tap compares. */
#include "tests/e2e/fds.h"

#include <errno.h>
#include <leaktrace.h>
#include <mntent.h>
#include <mqueue.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

/* What is open, and how it is to be closed. */
enum how { CLOSE, FCLOSE, PCLOSE, CLOSEDIR, ENDMNTENT, MQ_CLOSE };
enum { MOST = 60, MOMENTS = 100 };
static struct held {
	enum how how;
	int fd;
	void *stream;
} held[MOST + 8];
static int holds;

static void hold(enum how how, int fd, void *stream)
{
	if (fd >= 0 || stream)
		held[holds++] = (struct held){how, fd, stream};
}
static void keep(int fd)
{
	hold(CLOSE, fd, NULL);
}
static void keep2(int r, const int fd[2])
{
	if (r == 0) {
		keep(fd[0]);
		keep(fd[1]);
	}
}

static unsigned chance(unsigned below)
{
	static unsigned long long seed = 12345;
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

/* A connection that waits to be accepted. */
static int listener(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	snprintf(name.sun_path, sizeof(name.sun_path), "%clt-test-%d", 0, getpid());
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(l, (void *)&name, sizeof(name)) || listen(l, 5) ||
		connect(c, (void *)&name, sizeof(name)))
		perror("listener");
	close(c);
	return l;
}

/* Sends descriptor 0 twice over a socket, and receives what comes by that function. */
static void receive(int many)
{
	int fd[2], sent[2] = {0, 0}, got[2];
	char byte = 1, control[CMSG_SPACE(sizeof(sent))];
	struct iovec v = {&byte, 1};
	struct mmsghdr m = {{.msg_iov = &v,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control)},
		0};
	struct cmsghdr *head = CMSG_FIRSTHDR(&m.msg_hdr);
	*head = (struct cmsghdr){CMSG_LEN(sizeof(sent)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(head), sent, sizeof(sent));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) || sendmsg(fd[0], &m.msg_hdr, 0) != 1)
		perror("send");
	memset(control, 0, sizeof(control));
	if (many ? recvmmsg(fd[1], &m, 1, 0, NULL) != 1 : recvmsg(fd[1], &m.msg_hdr, 0) != 1)
		perror("receive");
	memcpy(got, CMSG_DATA(head), sizeof(got));
	keep2(0, got);
	close(fd[0]);
	close(fd[1]);
}

static int template_fd(int (*make)(char *))
{
	char path[] = "fd-XXXXXX";
	int fd = make(path);
	unlink(path);
	return fd;
}
static int by_suffix(char *path)
{
	char longer[64];
	snprintf(longer, sizeof(longer), "%s.x", path);
	int fd = chance(2) ? mkstemps(longer, 2) : mkstemps64(longer, 2);
	unlink(longer);
	return fd;
}
static int by_flags(char *path)
{
	return chance(2) ? mkostemp(path, O_CLOEXEC) : mkostemp64(path, 0);
}
static int by_both(char *path)
{
	char longer[64];
	snprintf(longer, sizeof(longer), "%s.x", path);
	int fd = chance(2) ? mkostemps(longer, 2, O_CLOEXEC) : mkostemps64(longer, 2, 0);
	unlink(longer);
	return fd;
}

static void stream(FILE *f, enum how how)
{
	hold(how, -1, f);
}

/* Onto what is open, and beyond all. */
static void duplicate(unsigned way)
{
	int to = holds && way < 4 ? held[holds - 1].fd : 200 + (int)chance(20);
	for (int i = 0; i < holds; i++)
		if (held[i].fd == to && way >= 4)
			return;
	if (to < 0)
		return;
	int fd = way % 2 ? dup2(0, to) : dup3(0, to, O_CLOEXEC);
	if (way >= 4)
		keep(fd);
	else if (held[holds - 1].how != CLOSE)
		abort(); /* its fd would be below 0 */
}

static void open_file(unsigned way)
{
	sigset_t set;
	sigemptyset(&set);
	const char *const file = "/dev/null";
	switch (way) {
	case 0:
		keep(open(file, O_RDONLY));
		break;
	case 1:
		keep(open64(file, O_RDONLY | O_CLOEXEC));
		break;
	case 2:
		keep(openat(AT_FDCWD, file, O_RDONLY));
		break;
	case 3:
		keep(openat64(AT_FDCWD, "made", O_RDWR | O_CREAT, 0600));
		break;
	case 4:
		keep(__open_2(file, O_RDONLY));
		break;
	case 5:
		keep(__open64_2(file, O_RDONLY));
		break;
	case 6:
		keep(__openat_2(AT_FDCWD, file, O_RDONLY));
		break;
	case 7:
		keep(__openat64_2(AT_FDCWD, file, O_RDONLY));
		break;
	case 8:
		keep(creat("made", 0600));
		break;
	case 9:
		keep(creat64("made", 0600));
		break;
	case 10:
		keep(open(".", O_RDONLY | O_DIRECTORY));
		break;
	case 11:
		keep(open(".", O_RDWR | O_TMPFILE, 0600));
		break;
	case 12:
		keep(template_fd(mkstemp));
		break;
	case 13:
		keep(template_fd(mkstemp64));
		break;
	case 14:
		keep(template_fd(by_suffix));
		break;
	case 15:
		keep(template_fd(by_flags));
		break;
	case 16:
		keep(template_fd(by_both));
		break;
	case 17:
		keep(memfd_create("m", 0));
		break;
	case 18:
		keep(shm_open("/lt-test", O_RDWR | O_CREAT, 0600));
		break;
	case 19:
		keep(eventfd(0, 0));
		break;
	case 20:
		keep(signalfd(-1, &set, 0));
		break;
	case 21:
		keep(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
		break;
	case 22:
		keep(inotify_init());
		break;
	case 23:
		keep(inotify_init1(IN_CLOEXEC));
		break;
	case 24:
		keep(fanotify_init(0, O_RDONLY));
		break;
	case 25:
		keep(epoll_create(1));
		break;
	case 26:
		keep(epoll_create1(EPOLL_CLOEXEC));
		break;
	case 27:
		keep(pidfd_open(getpid(), 0));
		break;
	case 28:
		keep(fsopen("tmpfs", 0));
		break;
	default:
		keep(open_tree(AT_FDCWD, ".", 0));
		break;
	}
}

static void open_more(unsigned way)
{
	int fd[2];
	switch (way) {
	case 0:
		keep(posix_openpt(O_RDWR | O_NOCTTY));
		break;
	case 1:
		keep(getpt());
		break;
	case 2:
		keep2(openpty(&fd[0], &fd[1], NULL, NULL, NULL), fd);
		break;
	case 3:
		hold(MQ_CLOSE, mq_open("/lt-test", O_RDWR | O_CREAT, 0600, NULL), NULL);
		break;
	case 4:
		keep2(pipe(fd), fd);
		break;
	case 5:
		keep2(pipe2(fd, O_CLOEXEC), fd);
		break;
	case 6:
		keep(socket(AF_INET, SOCK_DGRAM, 0));
		break;
	case 7:
		keep2(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), fd);
		break;
	case 8:
	case 9:
		fd[0] = listener();
		keep(way == 8 ? accept(fd[0], NULL, NULL) : accept4(fd[0], NULL, NULL, 0));
		close(fd[0]);
		break;
	case 10:
		receive(0);
		break;
	case 11:
		receive(1);
		break;
	case 12:
		keep(dup(0));
		break;
	case 13:
		keep(fcntl(0, F_DUPFD, 100));
		break;
	case 14:
		keep(fcntl(0, F_DUPFD_CLOEXEC, 0));
		break;
	case 15:
		keep(fcntl64(0, F_DUPFD, 0));
		break;
	default:
		fd[0] = pidfd_open(getpid(), 0);
		keep(pidfd_getfd(fd[0], 0, 0));
		close(fd[0]);
		break;
	}
}

static void open_stream(unsigned way)
{
	FILE *f;
	switch (way) {
	case 0:
		stream(fopen("/dev/null", "r"), FCLOSE);
		break;
	case 1:
		stream(fopen64("/dev/null", "re"), FCLOSE);
		break;
	case 2:
		stream(fdopen(open("/dev/null", O_RDONLY), "r"), FCLOSE);
		break;
	case 3:
		stream(tmpfile(), FCLOSE);
		break;
	case 4:
		stream(tmpfile64(), FCLOSE);
		break;
	case 5:
		f = fopen("/dev/null", "r");
		stream(freopen(chance(2) ? "/dev/zero" : NULL, "r", f), FCLOSE);
		break;
	case 6:
		stream(fmemopen(NULL, 100, "w"), FCLOSE);
		break;
	case 7:
		stream(setmntent("/dev/null", "r"), ENDMNTENT);
		break;
	case 8:
		stream(popen("exit 0", "r"), PCLOSE);
		break;
	case 9:
		hold(CLOSEDIR, -1, opendir("/"));
		break;
	case 10:
		hold(CLOSEDIR, -1, fdopendir(open("/", O_RDONLY | O_DIRECTORY)));
		break;
	default:
		duplicate(way);
		break;
	}
}

static void release(int i)
{
	struct held h = held[i];
	held[i] = held[--holds];
	switch (h.how) {
	case CLOSE:
		if (chance(8))
			close(h.fd);
		else
			close_range((unsigned)h.fd, (unsigned)h.fd, 0);
		break;
	case FCLOSE:
		fclose(h.stream);
		break;
	case PCLOSE:
		pclose(h.stream);
		break;
	case CLOSEDIR:
		closedir(h.stream);
		break;
	case ENDMNTENT:
		endmntent(h.stream);
		break;
	case MQ_CLOSE:
		mq_close(h.fd);
		break;
	}
}

enum { FILES = 30, MORE = 17, STREAMS = 17 };
static void step(unsigned way)
{
	if (way < FILES)
		open_file(way);
	else if (way < FILES + MORE)
		open_more(way - FILES);
	else
		open_stream(way - FILES - MORE);
}

/* One scan after the other: the copy that makes it is a child, though wait() does not see it. */
static void scan(void)
{
	siginfo_t info;
	leaktrace_scan();
	while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | __WCLONE) < 0 && errno == EINTR)
		;
}

int main(void)
{
	unsigned way = 0;
	for (int moment = 0; moment < MOMENTS; moment++) {
		for (unsigned n = chance(12); n && holds < MOST; n--)
			step(way < FILES + MORE + STREAMS ? way++ : chance(FILES + MORE + STREAMS));
		for (unsigned n = chance(13); n && holds; n--)
			release((int)chance((unsigned)holds));
		print_open("open");
		scan();
	}
	fprintf(stderr, "%u ways\n", way);
	closefrom(3);
	print_open("left");
	scan();
	shm_unlink("/lt-test");
	mq_unlink("/lt-test");
	return way < FILES + MORE + STREAMS;
}
