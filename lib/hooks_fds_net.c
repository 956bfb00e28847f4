/* Sockets, and what comes over them. */
#include "lib/hooks_fds.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

LT_DEFINE_FD(socket, (int family, int type, int protocol), (family, type, protocol), LTF_FD_SOCKET,
	0, LT_FD_CLOEXEC(type, SOCK_CLOEXEC))
LT_DEFINE_FD(accept, (int fd, __SOCKADDR_ARG from, socklen_t *len), (fd, from, len),
	LTF_FD_ACCEPTED, fd, 0)
LT_DEFINE_FD(accept4, (int fd, __SOCKADDR_ARG from, socklen_t *len, int flags),
	(fd, from, len, flags), LTF_FD_ACCEPTED, fd, LT_FD_CLOEXEC(flags, SOCK_CLOEXEC))

LT_PUBLIC int socketpair(int family, int type, int protocol, int fd[2])
{
	int r = LT_FD_CALL(socketpair, (family, type, protocol, fd), -1);
	if (r == 0) {
		for (int i = 0; i < 2; i++)
			LT_FD_OPENED(fd[i], LTF_FD_SOCKET, 0, LT_FD_CLOEXEC(type, SOCK_CLOEXEC));
	}
	return r;
}

/* The i-th descriptor of a message, as the kernel has written it; -1: there are no more. The search
 * begins anew for each, so that nothing of it is on the stack while one is recorded. */
static __attribute__((noinline)) int received(const struct msghdr *m, size_t i)
{
	const char *p = m->msg_control, *end = p ? p + m->msg_controllen : p;
	struct cmsghdr head;
	while ((size_t)(end - p) >= sizeof(head)) {
		memcpy(&head, p, sizeof(head));
		if (head.cmsg_len < CMSG_LEN(0) || head.cmsg_len > (size_t)(end - p))
			return -1;
		bool rights = head.cmsg_level == SOL_SOCKET && head.cmsg_type == SCM_RIGHTS;
		size_t n = rights ? (head.cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
		if (i < n) {
			int fd;
			memcpy(&fd, p + CMSG_LEN(i * sizeof(fd)), sizeof(fd));
			return fd;
		}
		i -= n;
		if (CMSG_ALIGN(head.cmsg_len) > (size_t)(end - p))
			return -1;
		p += CMSG_ALIGN(head.cmsg_len);
	}
	return -1;
}

#define RECEIVED(m, socket, flags)                                                                 \
	do {                                                                                       \
		int fd_;                                                                           \
		for (size_t i_ = 0; (m)->msg_controllen && (fd_ = received(m, i_)) >= 0; i_++)     \
			LT_FD_OPENED(fd_, LTF_FD_RECEIVED, (unsigned)(socket),                     \
				LT_FD_CLOEXEC(flags, MSG_CMSG_CLOEXEC));                           \
	} while (0)

LT_PUBLIC ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t r = LT_FD_CALL(recvmsg, (fd, m, flags), -1);
	if (r >= 0)
		RECEIVED(m, fd, flags);
	return r;
}

LT_PUBLIC int recvmmsg(int fd, struct mmsghdr *m, unsigned n, int flags, struct timespec *timeout)
{
	int r = LT_FD_CALL(recvmmsg, (fd, m, n, flags, timeout), -1);
	for (int i = 0; i < r; i++)
		RECEIVED(&m[i].msg_hdr, fd, flags);
	return r;
}

LT_DEFINE_FD(rresvport, (int *port), (port), LTF_FD_SOCKET, 0, 0)
LT_DEFINE_FD(rresvport_af, (int *port, sa_family_t family), (port, family), LTF_FD_SOCKET, 0, 0)

/* A connection, and where one is wanted a second for errors. */
#define DEFINE_REMOTE(name, params, args)                                                          \
	LT_PUBLIC int name params                                                                  \
	{                                                                                          \
		int fd_ = LT_FD_CALL(name, args, -1);                                              \
		if (fd_ >= 0)                                                                      \
			LT_FD_OPENED(fd_, LTF_FD_SOCKET, 0, 0);                                    \
		if (fd_ >= 0 && second)                                                            \
			LT_FD_OPENED(*second, LTF_FD_SOCKET, 0, 0);                                \
		return fd_;                                                                        \
	}
DEFINE_REMOTE(rcmd,
	(char **host, uint16_t port, const char *us, const char *them, const char *command,
		int *second),
	(host, port, us, them, command, second))
DEFINE_REMOTE(rcmd_af,
	(char **host, uint16_t port, const char *us, const char *them, const char *command,
		int *second, sa_family_t family),
	(host, port, us, them, command, second, family))
DEFINE_REMOTE(rexec,
	(char **host, int port, const char *us, const char *password, const char *command,
		int *second),
	(host, port, us, password, command, second))
DEFINE_REMOTE(rexec_af,
	(char **host, int port, const char *us, const char *password, const char *command,
		int *second, sa_family_t family),
	(host, port, us, password, command, second, family))
