/* A copy of the process has a copy of its table of descriptors: what it reads is of the moment,
 * whatever the process does meanwhile. But as long as it has them, who waits for the end of a pipe
 * of the process's waits for the copy too: so there is an end to the reading. */
#include "lib/tell_fds.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include "format/file.h"
#include "lib/clock.h"
#include "lib/dump.h"
#include "lib/fds.h"
#include "lib/rss.h"
#include "lib/sockname.h"
#include "lib/sys.h"
#include "lib/tell_texts.h"

enum {
	FDS = 10000,
	DIRENTS = 2 << 10, /* bytes: with a few rows it is one page */
	LONGEST_NS = 50000000,
	LEFT = 64 << 10 /* bytes of the stream's room, for what comes behind */
};

struct row {
	uint64_t expires, interval;
	uint32_t number, flags, name, family, type, local, peer;
};

static struct table {
	uint64_t begun;
	uint32_t used, all;
	char dirents[DIRENTS];
	char text[LT_TEXT_MAX];
	struct row row[FDS];
} * seen;

/* As the kernel has it. */
struct entry {
	uint64_t ino, off;
	uint16_t len;
	uint8_t type;
	char name[];
};

static uint32_t option(int fd, int which)
{
	int value = 0;
	socklen_t len = sizeof(value);
	lt_syscall6(SYS_getsockopt, fd, SOL_SOCKET, which, (long)&value, (long)&len, 0);
	return (uint32_t)value;
}

static uint32_t address(int fd, long call)
{
	char text[LT_SOCKNAME_MAX];
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	if (lt_sys3(call, fd, &a, &len) < 0 || len > sizeof(a))
		return 0;
	return lt_texts_add(text, lt_sockname(text, &a, len));
}

/* Nobody is at the other end (any more): it was closed, or never was there. */
static void look_for_other_end(struct row *r, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};
	if (lt_sys3(SYS_poll, &p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP | POLLERR))
		r->flags |= LTF_FDS_HUNG_UP;
}

static void read_socket(struct row *r, int fd)
{
	r->family = option(fd, SO_DOMAIN);
	r->type = option(fd, SO_TYPE);
	r->flags |= option(fd, SO_ACCEPTCONN) ? LTF_FDS_LISTENING : 0u;
	r->local = address(fd, SYS_getsockname);
	r->peer = address(fd, SYS_getpeername);
}

static uint64_t nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

static void read_timer(struct row *r, int fd)
{
	struct itimerspec t = {0};
	if (lt_sys2(SYS_timerfd_gettime, fd, &t) < 0)
		return;
	r->expires = nanoseconds(&t.it_value);
	r->interval = nanoseconds(&t.it_interval);
}

static bool begins(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);
	return len >= n && memcmp(text, with, n) == 0;
}

static void read_one(struct row *r, int dir, const char *name, int fd)
{
	long len = lt_sys4(SYS_readlinkat, dir, name, seen->text, sizeof(seen->text));
	if (lt_sys3(SYS_fcntl, fd, F_GETFD, 0) & FD_CLOEXEC)
		r->flags |= LTF_FDS_CLOEXEC;
	if (len <= 0)
		return;
	r->name = lt_texts_add(seen->text, (size_t)len);
	bool pipe = begins(seen->text, (size_t)len, "pipe:");
	if (begins(seen->text, (size_t)len, "socket:"))
		read_socket(r, fd);
	if (pipe || r->type == SOCK_STREAM || r->type == SOCK_SEQPACKET)
		look_for_other_end(r, fd);
	if (begins(seen->text, (size_t)len, "anon_inode:[timerfd]"))
		read_timer(r, fd);
}

/* Of ".", and of what is no number, -1. */
static int number_of(const char *name)
{
	int n = 0;
	for (; *name >= '0' && *name <= '9'; name++)
		n = n * 10 + (*name - '0');
	return *name ? -1 : n;
}

static void add(int dir, const char *name)
{
	int fd = number_of(name);
	if (fd < 0 || fd == dir || lt_dump_owns(fd) || lt_rss_owns(fd))
		return;
	seen->all++;
	if (seen->used == FDS)
		return;
	struct row *r = &seen->row[seen->used++];
	r->number = (uint32_t)fd;
	if (lt_clock_ns(CLOCK_MONOTONIC) - seen->begun < LONGEST_NS)
		read_one(r, dir, name, fd);
	else
		r->flags = LTF_FDS_NOT_READ;
}

static void read_all(int dir)
{
	long n;
	seen->begun = lt_clock_ns(CLOCK_MONOTONIC);
	while ((n = lt_sys3(SYS_getdents64, dir, seen->dirents, DIRENTS)) > 0)
		for (long at = 0; at < n;) {
			struct entry *e = (void *)(seen->dirents + at);
			add(dir, e->name);
			at += e->len;
		}
}

static void tell_limit(void)
{
	struct rlimit limit = {0};
	if (lt_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0)
		lt_tell_figure(LTF_SCAN_FD_LIMIT, limit.rlim_cur);
}

void lt_tell_fds_read(void)
{
	tell_limit();
	int dir = (int)lt_sys4(
		SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (dir < 0)
		return;
	seen = lt_sys_map(lt_sys_pages(sizeof(*seen)), false);
	if (seen) {
		read_all(dir);
		lt_tell_figure(LTF_SCAN_FDS, seen->all);
	}
	lt_sys1(SYS_close, dir);
}

void lt_tell_fds_read_own(void)
{
	if (lt_fds_own())
		lt_tell_fds_read();
	else
		tell_limit();
}

static const uint64_t *values_of(const struct row *r, uint64_t v[LTF_FDS_COLUMNS])
{
	v[LTF_FDS_NUMBER] = r->number;
	v[LTF_FDS_FLAGS] = r->flags;
	v[LTF_FDS_NAME] = r->name;
	v[LTF_FDS_FAMILY] = r->family;
	v[LTF_FDS_TYPE] = r->type;
	v[LTF_FDS_LOCAL] = r->local;
	v[LTF_FDS_PEER] = r->peer;
	v[LTF_FDS_EXPIRES] = r->expires;
	v[LTF_FDS_INTERVAL] = r->interval;
	return v;
}

static uint64_t bytes_of_rows(void)
{
	uint8_t scratch[LTF_VARINT_MAX];
	uint64_t v[LTF_FDS_COLUMNS], bytes = 0;
	for (uint32_t i = 0; i < seen->used; i++) {
		values_of(&seen->row[i], v);
		for (unsigned k = 0; k < LTF_FDS_COLUMNS; k++)
			bytes += (uint64_t)(ltf_put(scratch, v[k]) - scratch);
	}
	return bytes;
}

static void tell_rows(struct lt_channel *c)
{
	uint64_t v[LTF_FDS_COLUMNS];
	struct lt_rows rows;
	lt_rows_begin(&rows, c, LTF_REC_FDS, LTF_FDS_COLUMNS);
	for (uint32_t i = 0; i < seen->used; i++)
		lt_rows_add(&rows, values_of(&seen->row[i], v));
	lt_rows_end(&rows);
}

static void forget(void)
{
	if (seen)
		lt_sys_unmap(seen, lt_sys_pages(sizeof(*seen)));
	seen = NULL;
}

void lt_tell_fds_forget(void)
{
	forget();
	lt_texts_forget();
}

void lt_tell_fds(struct lt_channel *c)
{
	if (seen && lt_dump_room_left() >= bytes_of_rows() + LEFT)
		tell_rows(c);
	forget();
}
