#include "lib/dumpfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "lib/config.h"
#include "lib/fds.h"
#include "lib/lifecycle.h"
#include "lib/say.h"
#include "lib/sys.h"

enum { ATTEMPTS = 10000, FD_TOP = 1024, FD_TRIES = 64, PAGE = 4096, WRITTEN_PAGES = 16 };

static int sys_open(const char *path, int flags, int mode)
{
	return (int)lt_sys4(SYS_openat, AT_FDCWD, path, flags, mode);
}

uint64_t lt_dumpfile_limit(void)
{
	struct rlimit rl = {RLIM_INFINITY, RLIM_INFINITY};
	lt_sys4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &rl);
	return rl.rlim_cur;
}

/* Duplicates fd to a free number from low on; closes it. */
static int fd_from(int fd, long low)
{
	long high = lt_sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, low);
	lt_sys1(SYS_close, fd);
	lt_fd_ours((int)high);
	return high < 0 ? -1 : (int)high;
}

/* The top of what a select() can hold, or of the limit when that is lower: a table of descriptors
 * grows with the highest number, so never a million. Where the program has taken those, the next
 * behind them, or the highest below that is free. fd is close-on-exec already. */
int lt_fd_high(int fd)
{
	struct rlimit rl = {FD_TOP, FD_TOP};
	lt_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &rl);
	long top = rl.rlim_cur < FD_TOP ? (long)rl.rlim_cur : FD_TOP;
	if (fd >= top) {
		lt_fd_ours(fd);
		return fd;
	}
	for (long want = top - 1; want > fd; want--) {
		if (lt_sys3(SYS_fcntl, want, F_GETFD, 0) == -EBADF)
			return fd_from(fd, want);
		if (want == top - FD_TRIES && rl.rlim_cur > FD_TOP)
			return fd_from(fd, top);
	}
	lt_sys1(SYS_close, fd);
	return -1;
}

/* True for a dump of ours that has ended properly: it may be replaced by a new one. */
static bool is_finished_dump(const char *path)
{
	int fd = sys_open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);
	if (fd < 0)
		return false;
	struct ltf_header *h = lt_sys_map(LTF_HEADER_SIZE, false);
	struct stat st;
	bool yes = h && lt_sys2(SYS_fstat, fd, &st) == 0 && S_ISREG(st.st_mode) &&
		   st.st_uid == (uid_t)lt_sys1(SYS_geteuid, 0) &&
		   lt_sys4(SYS_pread64, fd, h, LTF_HEADER_SIZE, 0) == LTF_HEADER_SIZE &&
		   memcmp(h->magic, LTF_MAGIC, sizeof(h->magic)) == 0 &&
		   h->state != LTF_STATE_RUNNING;
	lt_sys1(SYS_close, fd);
	if (h)
		lt_sys_unmap(h, LTF_HEADER_SIZE);
	return yes;
}

static int create_new(const char *path)
{
	return sys_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static int create(struct lt_dumpfile *f, const struct lt_outname *name, bool first)
{
	int fd = -EEXIST;
	for (unsigned i = 0; i < ATTEMPTS && fd == -EEXIST; i++) {
		/* Someone else's file has the first name: go on as a further process would. */
		bool as_given = first && i == 0;
		unsigned attempt = first && i ? i - 1 : i;
		if (!lt_outname_make(f->path, sizeof(f->path), name, as_given, attempt))
			return -ENAMETOOLONG;
		f->attempt = attempt;
		f->renamed = i > 0;
		fd = create_new(f->path);
		if (fd == -EEXIST && as_given && is_finished_dump(f->path)) {
			lt_sys3(SYS_unlinkat, AT_FDCWD, f->path, 0);
			fd = create_new(f->path);
		}
	}
	return fd;
}

/* $TMPDIR/leaktrace-UID, made by us or at least ours and closed to others. */
static bool private_dir(char *out, size_t n)
{
	const char *tmp = lt_temporary_dir();
	unsigned uid = (unsigned)lt_sys1(SYS_geteuid, 0);
	struct stat st;
	if (lt_format(out, n, "%s/leaktrace-%u", tmp, uid) + 2 >= n)
		return false;
	lt_sys3(SYS_mkdirat, AT_FDCWD, out, 0700);
	return lt_sys4(SYS_newfstatat, AT_FDCWD, out, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode) && st.st_uid == uid && (st.st_mode & 0077) == 0;
}

static int create_elsewhere(struct lt_dumpfile *f, const struct lt_outname *name, bool first)
{
	char dir[LT_PATH_MAX];
	struct lt_outname other = *name;
	const char *base = strrchr(name->pattern, '/');
	if (!private_dir(dir, sizeof(dir)))
		return -EACCES;
	size_t n = strlen(dir);
	if (n + strlen(base) + 1 > sizeof(dir))
		return -ENAMETOOLONG;
	strcpy(dir + n, base);
	other.pattern = dir;
	return create(f, &other, first);
}

/* After the error why. Says what becomes of it. */
static __attribute__((noinline)) int create_in_spite(
	struct lt_dumpfile *f, const struct lt_outname *name, bool first, int why)
{
	char wanted[LT_PATH_MAX];
	strcpy(wanted, f->path);
	int fd = create_elsewhere(f, name, first);
	if (fd < 0)
		lt_say(0, "not tracing: %s cannot be made (error %d), nor one in $TMPDIR", wanted,
			why);
	else
		lt_say(0, "%s cannot be made (error %d); writing %s", wanted, why, f->path);
	return fd;
}

bool lt_dumpfile_create(struct lt_dumpfile *f, const struct lt_outname *name, bool first)
{
	struct stat st;
	f->fd = -1;
	int fd = create(f, name, first);
	if (fd >= 0 && first && f->renamed)
		lt_say(0, "%s is there already and no finished dump; writing %s", name->pattern,
			f->path);
	if (fd < 0 && (fd = create_in_spite(f, name, first, -fd)) < 0)
		return false;
	if (lt_sys2(SYS_fstat, fd, &st) == 0 && (f->fd = lt_fd_high(fd)) >= 0) {
		f->dev = st.st_dev;
		f->ino = st.st_ino;
		return true;
	}
	lt_say(0, "not tracing: no descriptor for %s", f->path);
	lt_dumpfile_remove(f);
	return false;
}

/* Is f->fd still the dump? The program may have closed it and got the number for a file of its own.
 */
static bool is_ours(int fd, const struct lt_dumpfile *f)
{
	struct stat st;
	return fd >= 0 && lt_sys2(SYS_fstat, fd, &st) == 0 && st.st_dev == f->dev &&
	       st.st_ino == f->ino;
}

bool lt_dumpfile_is(const struct lt_dumpfile *f)
{
	return is_ours(f->fd, f);
}

static bool have_fd(struct lt_dumpfile *f)
{
	if (is_ours(f->fd, f))
		return true;
	f->fd = -1;
	int fd = sys_open(f->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);
	if (fd >= 0 && is_ours(fd, f))
		f->fd = lt_fd_high(fd);
	else if (fd >= 0)
		lt_sys1(SYS_close, fd);
	return f->fd >= 0;
}

void lt_dumpfile_remove(struct lt_dumpfile *f)
{
	if (is_ours(f->fd, f)) /* a mapping keeps what was written of it */
		lt_sys2(SYS_ftruncate, f->fd, 0);
	lt_sys3(SYS_unlinkat, AT_FDCWD, f->path, 0);
	lt_dumpfile_close(f);
	f->path[0] = 0;
}

void lt_dumpfile_close(struct lt_dumpfile *f)
{
	if (is_ours(f->fd, f))
		lt_sys1(SYS_close, f->fd);
	f->fd = -1;
}

static bool write_all(int fd, uint64_t at, const void *p, size_t len)
{
	while (len) {
		long n = lt_sys4(SYS_pwrite64, fd, p, len, at);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return false;
		p = (const char *)p + n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return true;
}

enum ltf_stop lt_dumpfile_write(struct lt_dumpfile *f, uint64_t at, const void *p, size_t len)
{
	if (!have_fd(f))
		return LTF_STOP_FD;
	return write_all(f->fd, at, p, len) ? LTF_STOP_NONE : LTF_STOP_DISK;
}

void lt_dumpfile_leave(const struct lt_outname *name, const void *p, size_t len)
{
	struct lt_dumpfile f;
	int fd = create(&f, name, false);
	if (fd < 0)
		fd = create_elsewhere(&f, name, false);
	if (fd < 0 || len > lt_dumpfile_limit() || !write_all(fd, 0, p, len))
		lt_say(0, "that %s is not traced could not be written down", name->program);
	if (fd >= 0)
		lt_sys1(SYS_close, fd);
}

/* Up to WRITTEN_PAGES pages with one call; how many bytes went. */
static uint64_t write_zeros(int fd, uint64_t at, uint64_t len)
{
	static char zeros[PAGE];
	struct iovec v[WRITTEN_PAGES];
	unsigned n = 0;
	for (uint64_t left = len; n < WRITTEN_PAGES && left; left -= v[n++].iov_len)
		v[n] = (struct iovec){zeros, left < PAGE ? left : PAGE};
	long done = lt_syscall6(SYS_pwritev, fd, (long)v, n, (long)at, 0, 0);
	if (done <= 0)
		return write_all(fd, at, zeros, v[0].iov_len) ? v[0].iov_len : 0;
	return (uint64_t)done;
}

/* What matters is that a store into the mapping can never find the disk full, which would be a
 * SIGBUS. A few pages are written: their room is then promised, but on most filesystems not chosen
 * before they go to the disk; a short process gives them back before that, and freeing room that
 * has been chosen can take milliseconds. So is everything where there is no fallocate. */
bool lt_dumpfile_reserve(struct lt_dumpfile *f, uint64_t at, uint64_t len)
{
	if (!have_fd(f))
		return false;
	long r = len > WRITTEN_PAGES * PAGE ? lt_sys4(SYS_fallocate, f->fd, 0, at, len)
					    : -EOPNOTSUPP;
	if (r != -EOPNOTSUPP && r != -ENOSYS)
		return r == 0;
	for (uint64_t done = 0, n; done < len; done += n)
		if ((n = write_zeros(f->fd, at + done, len - done)) == 0)
			return false;
	return true;
}

void lt_dumpfile_truncate(struct lt_dumpfile *f, uint64_t len)
{
	if (have_fd(f))
		lt_sys2(SYS_ftruncate, f->fd, len);
}

void lt_dumpfile_punch(struct lt_dumpfile *f, uint64_t at, uint64_t len)
{
	if (have_fd(f))
		lt_sys4(SYS_fallocate, f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, len);
}

void *lt_dumpfile_map(struct lt_dumpfile *f, uint64_t at, size_t len)
{
	long p = have_fd(f)
			 ? lt_sys6(SYS_mmap, 0, len, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, at)
			 : -EBADF;
	if (p < 0 && p > -4096)
		return NULL;
	/* Nothing is there to be read ahead: the kernel would clear pages that nobody asks for. */
	lt_sys3(SYS_madvise, p, len, MADV_RANDOM);
	return (void *)p;
}

bool lt_dumpfile_blank(void *p, size_t len)
{
	long r = lt_sys6(SYS_mmap, p, len, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
	return r == (long)p;
}
