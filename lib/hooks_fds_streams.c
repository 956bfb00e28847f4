/* Streams and directories: descriptors that belong to a FILE or DIR. The C library opens and closes
 * them by functions of its own, past the other hooks. */
#include "lib/hooks_fds.h"

#include <dirent.h>
#include <mntent.h>
#include <stdio.h>
#include "format/pairs.h"

FILE *_IO_fopen(const char *path, const char *mode);
FILE *_IO_fdopen(int fd, const char *mode);
FILE *_IO_popen(const char *command, const char *mode);
int _IO_fclose(FILE *f);
FILE *__setmntent(const char *path, const char *mode);
int __endmntent(FILE *f);

/* Below 0 where the stream has none: fmemopen's says so, of open_memstream's the field is never
 * set. The C library's own function would set errno. */
static int fd_of(const FILE *f)
{
	enum { IS_FILE = 0x2000 }; /* _IO_IS_FILEBUF */
	return f->_flags & IS_FILE ? f->_fileno : -1;
}

static unsigned cloexec_by(const char *mode)
{
	for (; *mode && *mode != ','; mode++)
		if (*mode == 'e')
			return LTF_FD_CLOEXEC;
	return 0;
}

#define DEFINE_FOPEN(name, params, args, flags)                                                    \
	LT_PUBLIC FILE *name params                                                                \
	{                                                                                          \
		FILE *f_ = LT_FD_CALL(name, args, NULL);                                           \
		if (f_)                                                                            \
			LT_FD_OPENED(fd_of(f_), LTF_FD_FILE, (uintptr_t)f_, flags);                \
		return f_;                                                                         \
	}
#define DEFINE_FOPEN_BY(name)                                                                      \
	DEFINE_FOPEN(name, (const char *path, const char *mode), (path, mode), cloexec_by(mode))
DEFINE_FOPEN_BY(fopen)
DEFINE_FOPEN_BY(fopen64)
DEFINE_FOPEN_BY(_IO_fopen)
DEFINE_FOPEN(tmpfile, (void), (), 0)
DEFINE_FOPEN(tmpfile64, (void), (), 0)
/* The C library adds the e to the mode. */
#define DEFINE_SETMNTENT(name)                                                                     \
	LT_PUBLIC FILE *name(const char *path, const char *mode)                                   \
	{                                                                                          \
		FILE *f_ = LT_FD_CALL(name, (path, mode), NULL);                                   \
		if (f_) {                                                                          \
			LT_FD_OPENED(fd_of(f_), LTF_FD_FILE, (uintptr_t)f_, LTF_FD_CLOEXEC);       \
			LT_RECORD_RES(LTF_RES_PAIR_CREATE, (uintptr_t)f_, LTF_PAIR_MOUNTS, 0);     \
		}                                                                                  \
		return f_;                                                                         \
	}
DEFINE_SETMNTENT(setmntent)
DEFINE_SETMNTENT(__setmntent)

#define STREAM(fd, object)                                                                         \
	do {                                                                                       \
		struct lt_regs regs_;                                                              \
		LT_REGS_CALLER(&regs_);                                                            \
		lt_fd_stream(&regs_, fd, object);                                                  \
	} while (0)

#define DEFINE_FDOPEN(name)                                                                        \
	LT_PUBLIC FILE *name(int fd, const char *mode)                                             \
	{                                                                                          \
		FILE *f_ = LT_FD_CALL(name, (fd, mode), NULL);                                     \
		if (f_)                                                                            \
			STREAM(fd, f_);                                                            \
		return f_;                                                                         \
	}
DEFINE_FDOPEN(fdopen)
DEFINE_FDOPEN(_IO_fdopen)

#define DEFINE_POPEN(name)                                                                         \
	LT_PUBLIC FILE *name(const char *command, const char *mode)                                \
	{                                                                                          \
		FILE *f_ = LT_FD_CALL(name, (command, mode), NULL);                                \
		if (f_) {                                                                          \
			LT_FD_OPENED(fd_of(f_), LTF_FD_PIPE, 0, LTF_FD_POPEN | cloexec_by(mode));  \
			STREAM(fd_of(f_), f_);                                                     \
			LT_RECORD_RES(LTF_RES_PAIR_CREATE, (uintptr_t)f_, LTF_PAIR_PROGRAM, 0);    \
		}                                                                                  \
		return f_;                                                                         \
	}
DEFINE_POPEN(popen)
DEFINE_POPEN(_IO_popen)

/* The old file is closed in any case; the new one mostly gets its number. */
#define DEFINE_FREOPEN(name)                                                                       \
	LT_PUBLIC FILE *name(const char *path, const char *mode, FILE *f)                          \
	{                                                                                          \
		struct lt_regs regs_;                                                              \
		LT_REGS_CALLER(&regs_);                                                            \
		lt_fd_closing(&regs_, fd_of(f), LTF_FD_BY_FREOPEN, f);                             \
		FILE *new_ = LT_FD_CALL(name, (path, mode, f), NULL);                              \
		if (new_)                                                                          \
			lt_fd_opened(&regs_, fd_of(new_), LTF_FD_FILE, (uintptr_t)new_,            \
				cloexec_by(mode));                                                 \
		return new_;                                                                       \
	}
DEFINE_FREOPEN(freopen)
DEFINE_FREOPEN(freopen64)

#define RELEASED(f, pair)                                                                          \
	do {                                                                                       \
		uint64_t args_[] = {(uintptr_t)(f), pair};                                         \
		lt_trace_resource(LTF_RES_PAIR_RELEASE, args_, 2, &regs_);                         \
	} while (0)

/* What they return speaks of more than the descriptor, but only a close of one that is not open
 * fails with EBADF. pair: of what has no descriptor, or a call of its own; that fclose has closed
 * such a one is told by the descriptor. */
#define DEFINE_FCLOSE(name, by, pair)                                                              \
	LT_PUBLIC int name(FILE *f)                                                                \
	{                                                                                          \
		struct lt_regs regs_;                                                              \
		LT_REGS_CALLER(&regs_);                                                            \
		int fd_ = fd_of(f);                                                                \
		if (by == LTF_FD_BY_PCLOSE || fd_ < 0)                                             \
			RELEASED(f, pair);                                                         \
		bool told_ = lt_fd_closing(&regs_, fd_, by, f);                                    \
		int r_ = LT_FD_CALL(name, (f), -1);                                                \
		if (r_ < 0 && told_ && errno == EBADF)                                             \
			lt_fd_not_closed(&regs_, fd_, by, EBADF);                                  \
		return r_;                                                                         \
	}
DEFINE_FCLOSE(fclose, LTF_FD_BY_FCLOSE, LTF_PAIR_MEMORY_STREAM)
DEFINE_FCLOSE(_IO_fclose, LTF_FD_BY_FCLOSE, LTF_PAIR_MEMORY_STREAM)
DEFINE_FCLOSE(pclose, LTF_FD_BY_PCLOSE, LTF_PAIR_PROGRAM)

/* Whether these succeed cannot be seen: they always return 1. */
#define DEFINE_ENDMNTENT(name)                                                                     \
	LT_PUBLIC int name(FILE *f)                                                                \
	{                                                                                          \
		struct lt_regs regs_;                                                              \
		LT_REGS_CALLER(&regs_);                                                            \
		if (f) {                                                                           \
			RELEASED(f, LTF_PAIR_MOUNTS);                                              \
			lt_fd_closing(&regs_, fd_of(f), LTF_FD_BY_FCLOSE, f);                      \
		}                                                                                  \
		return LT_FD_CALL(name, (f), -1);                                                  \
	}
DEFINE_ENDMNTENT(endmntent)
DEFINE_ENDMNTENT(__endmntent)

LT_PUBLIC DIR *opendir(const char *path)
{
	DIR *d = LT_FD_CALL(opendir, (path), NULL);
	if (d)
		LT_FD_OPENED(dirfd(d), LTF_FD_DIRECTORY, (uintptr_t)d, LTF_FD_CLOEXEC);
	return d;
}

LT_PUBLIC DIR *fdopendir(int fd)
{
	DIR *d = LT_FD_CALL(fdopendir, (fd), NULL);
	if (d)
		STREAM(fd, d);
	return d;
}

/* The header says that it is never given a null pointer, the function that this is an error. */
LT_PUBLIC int closedir(DIR *d)
{
	struct lt_regs regs;
	DIR *given = d;
	__asm__("" : "+r"(given));
	LT_REGS_CALLER(&regs);
	int fd = given ? dirfd(given) : -1;
	bool told = lt_fd_closing(&regs, fd, LTF_FD_BY_CLOSEDIR, given);
	int r = LT_FD_CALL(closedir, (given), -1);
	if (r < 0 && told && errno == EBADF)
		lt_fd_not_closed(&regs, fd, LTF_FD_BY_CLOSEDIR, EBADF);
	return r;
}
