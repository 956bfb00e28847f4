/* What opens descriptors, other than sockets (hooks_fds_net.c), streams (hooks_fds_streams.c) and
 * duplicates (hooks_fds_close.c). */
#include "lib/hooks_fds.h"

#include <fcntl.h>
#include <mqueue.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utmp.h>

/* Other C libraries, and other versions of this one, do not declare all of them. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);
mqd_t __mq_open_2(const char *name, int flags);
int __pipe(int fd[2]);
int pidfd_open(pid_t pid, unsigned flags);
int pidfd_getfd(int process, int fd, unsigned flags);
int fsopen(const char *name, unsigned flags);
int fspick(int dir, const char *path, unsigned flags);
int fsmount(int fs, unsigned flags, unsigned attributes);
int open_tree(int dir, const char *path, unsigned flags);

static enum ltf_fd kind_by(int flags)
{
	bool directory = flags & O_DIRECTORY && (flags & O_TMPFILE) != O_TMPFILE;
	return directory ? LTF_FD_DIRECTORY : LTF_FD_FILE;
}

#define DEFINE_OPEN(name)                                                                          \
	LT_ELLIPSIS(name, int, (const char *path, int flags, mode_t mode))                         \
	LT_RETURN_FD(name, (path, flags, mode), kind_by(flags), 0, LT_FD_CLOEXEC(flags, O_CLOEXEC))
DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPEN(__open)
DEFINE_OPEN(__open64)

#define DEFINE_OPENAT(name)                                                                        \
	LT_ELLIPSIS(name, int, (int dir, const char *path, int flags, mode_t mode))                \
	LT_RETURN_FD(name, (dir, path, flags, mode), kind_by(flags), 0,                            \
		LT_FD_CLOEXEC(flags, O_CLOEXEC))
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

/* Fortified: with flags that need no mode. */
#define DEFINE_OPEN_2(name, params, args)                                                          \
	LT_DEFINE_FD(name, params, args, kind_by(flags), 0, LT_FD_CLOEXEC(flags, O_CLOEXEC))
DEFINE_OPEN_2(__open_2, (const char *path, int flags), (path, flags))
DEFINE_OPEN_2(__open64_2, (const char *path, int flags), (path, flags))
DEFINE_OPEN_2(__openat_2, (int dir, const char *path, int flags), (dir, path, flags))
DEFINE_OPEN_2(__openat64_2, (int dir, const char *path, int flags), (dir, path, flags))
DEFINE_OPEN_2(open_by_handle_at, (int mount, struct file_handle *h, int flags), (mount, h, flags))

#define DEFINE_FILE(name, params, args, flags)                                                     \
	LT_DEFINE_FD(name, params, args, LTF_FD_FILE, 0, flags)
DEFINE_FILE(creat, (const char *path, mode_t mode), (path, mode), 0)
DEFINE_FILE(creat64, (const char *path, mode_t mode), (path, mode), 0)
DEFINE_FILE(mkstemp, (char *path), (path), 0)
DEFINE_FILE(mkstemp64, (char *path), (path), 0)
DEFINE_FILE(mkstemps, (char *path, int suffix), (path, suffix), 0)
DEFINE_FILE(mkstemps64, (char *path, int suffix), (path, suffix), 0)
#define DEFINE_MKO(name, params, args)                                                             \
	DEFINE_FILE(name, params, args, LT_FD_CLOEXEC(flags, O_CLOEXEC))
DEFINE_MKO(mkostemp, (char *path, int flags), (path, flags))
DEFINE_MKO(mkostemp64, (char *path, int flags), (path, flags))
DEFINE_MKO(mkostemps, (char *path, int suffix, int flags), (path, suffix, flags))
DEFINE_MKO(mkostemps64, (char *path, int suffix, int flags), (path, suffix, flags))

LT_DEFINE_FD(shm_open, (const char *name, int flags, mode_t mode), (name, flags, mode),
	LTF_FD_MEMORY, 0, LTF_FD_CLOEXEC)
LT_DEFINE_FD(memfd_create, (const char *name, unsigned flags), (name, flags), LTF_FD_MEMORY, 0,
	LT_FD_CLOEXEC(flags, MFD_CLOEXEC))
LT_DEFINE_FD(eventfd, (unsigned count, int flags), (count, flags), LTF_FD_EVENT, 0,
	LT_FD_CLOEXEC(flags, EFD_CLOEXEC))
LT_DEFINE_FD(timerfd_create, (clockid_t clock, int flags), (clock, flags), LTF_FD_TIMER, 0,
	LT_FD_CLOEXEC(flags, TFD_CLOEXEC))
LT_DEFINE_FD(inotify_init, (void), (), LTF_FD_INOTIFY, 0, 0)
LT_DEFINE_FD(
	inotify_init1, (int flags), (flags), LTF_FD_INOTIFY, 0, LT_FD_CLOEXEC(flags, IN_CLOEXEC))
LT_DEFINE_FD(fanotify_init, (unsigned flags, unsigned how), (flags, how), LTF_FD_INOTIFY, 0,
	LT_FD_CLOEXEC(flags, FAN_CLOEXEC))
LT_DEFINE_FD(epoll_create, (int size), (size), LTF_FD_EPOLL, 0, 0)
LT_DEFINE_FD(
	epoll_create1, (int flags), (flags), LTF_FD_EPOLL, 0, LT_FD_CLOEXEC(flags, EPOLL_CLOEXEC))
LT_DEFINE_FD(
	pidfd_open, (pid_t pid, unsigned flags), (pid, flags), LTF_FD_PROCESS, 0, LTF_FD_CLOEXEC)
LT_DEFINE_FD(pidfd_getfd, (int process, int fd, unsigned flags), (process, fd, flags), LTF_FD_OTHER,
	0, LTF_FD_CLOEXEC)

/* Their flags for close-on-exec are FSOPEN_CLOEXEC and so on, all 1, but for open_tree's. */
LT_DEFINE_FD(fsopen, (const char *name, unsigned flags), (name, flags), LTF_FD_OTHER, 0,
	LT_FD_CLOEXEC(flags, 1))
LT_DEFINE_FD(fspick, (int dir, const char *path, unsigned flags), (dir, path, flags), LTF_FD_OTHER,
	0, LT_FD_CLOEXEC(flags, 1))
LT_DEFINE_FD(fsmount, (int fs, unsigned flags, unsigned attributes), (fs, flags, attributes),
	LTF_FD_OTHER, 0, LT_FD_CLOEXEC(flags, 1))
LT_DEFINE_FD(open_tree, (int dir, const char *path, unsigned flags), (dir, path, flags),
	LTF_FD_OTHER, 0, LT_FD_CLOEXEC(flags, O_CLOEXEC))

LT_DEFINE_FD(
	__mq_open_2, (const char *name, int flags), (name, flags), LTF_FD_QUEUE, 0, LTF_FD_CLOEXEC)

LT_ELLIPSIS(mq_open, int, (const char *name, int flags, mode_t mode, struct mq_attr *attr))
LT_RETURN_FD(mq_open, (name, flags, mode, attr), LTF_FD_QUEUE, 0, LTF_FD_CLOEXEC)

/* With a descriptor this changes that one's signals. */
LT_PUBLIC int signalfd(int fd, const sigset_t *set, int flags)
{
	int r = LT_FD_CALL(signalfd, (fd, set, flags), -1);
	if (r >= 0 && fd == -1)
		LT_FD_OPENED(r, LTF_FD_SIGNAL, 0, LT_FD_CLOEXEC(flags, SFD_CLOEXEC));
	return r;
}

#define DEFINE_PIPE(name, params, args, flags)                                                     \
	LT_PUBLIC int name params                                                                  \
	{                                                                                          \
		int r_ = LT_FD_CALL(name, args, -1);                                               \
		if (r_ == 0) {                                                                     \
			for (int i_ = 0; i_ < 2; i_++)                                             \
				LT_FD_OPENED(fd[i_], LTF_FD_PIPE, fd[!i_] + 1, flags);             \
		}                                                                                  \
		return r_;                                                                         \
	}
DEFINE_PIPE(pipe, (int fd[2]), (fd), 0)
DEFINE_PIPE(__pipe, (int fd[2]), (fd), 0)
DEFINE_PIPE(pipe2, (int fd[2], int flags), (fd, flags), LT_FD_CLOEXEC(flags, O_CLOEXEC))

LT_DEFINE_FD(
	posix_openpt, (int flags), (flags), LTF_FD_TERMINAL, 0, LT_FD_CLOEXEC(flags, O_CLOEXEC))
LT_DEFINE_FD(getpt, (void), (), LTF_FD_TERMINAL, 0, 0)

LT_PUBLIC int openpty(int *master, int *slave, char *name, const struct termios *modes,
	const struct winsize *size)
{
	int r = LT_FD_CALL(openpty, (master, slave, name, modes, size), -1);
	if (r == 0) {
		for (int i = 0; i < 2; i++)
			LT_FD_OPENED(i ? *slave : *master, LTF_FD_TERMINAL, 0, 0);
	}
	return r;
}

/* fd, or what was made of it, has become the standard three. */
#define BECOMES_STANDARD(kind, detail)                                                             \
	do {                                                                                       \
		for (int i_ = 0; i_ < 3; i_++)                                                     \
			LT_FD_OPENED(i_, kind, detail, LT_FD_MAY_REPLACE);                         \
	} while (0)

LT_PUBLIC int forkpty(
	int *master, char *name, const struct termios *modes, const struct winsize *size)
{
	int r = LT_FD_CALL(forkpty, (master, name, modes, size), -1);
	if (r > 0)
		LT_FD_OPENED(*master, LTF_FD_TERMINAL, 0, 0);
	else if (r == 0)
		BECOMES_STANDARD(LTF_FD_TERMINAL, 0);
	return r;
}

LT_PUBLIC int login_tty(int fd)
{
	int r = LT_FD_CALL(login_tty, (fd), -1);
	if (r == 0) {
		struct lt_regs regs;
		LT_REGS_CALLER(&regs);
		BECOMES_STANDARD(LTF_FD_DUP, fd);
		if (fd > 2)
			lt_fd_closing(&regs, fd, LTF_FD_BY_CLOSE, NULL);
	}
	return r;
}

/* Returns in a forked child. */
LT_PUBLIC int daemon(int keep_directory, int keep_open)
{
	int r = LT_FD_CALL(daemon, (keep_directory, keep_open), -1);
	if (r == 0 && !keep_open)
		BECOMES_STANDARD(LTF_FD_FILE, 0);
	return r;
}
