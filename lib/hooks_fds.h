/* What the hooks of descriptors begin with (hooks_fds*.c): the original, called in whatever state
 * the tracer is, and then the event. */
#ifndef LT_HOOKS_FDS_H
#define LT_HOOKS_FDS_H

#include <errno.h>
#include "lib/fds.h"
#include "lib/hook.h"

/* The original's result; where there is none, as from a kernel that does not know the call. */
#define LT_FD_CALL(name, args, none)                                                               \
	({                                                                                         \
		__typeof__(LT_LATE(name)) original_ = LT_LATE(name);                               \
		original_ ? original_ args : (errno = ENOSYS, none);                               \
	})

/* In the hook itself, because of its caller's registers. */
#define LT_FD_OPENED(fd, kind, detail, flags)                                                      \
	do {                                                                                       \
		struct lt_regs regs_;                                                              \
		LT_REGS_CALLER(&regs_);                                                            \
		lt_fd_opened(&regs_, fd, kind, (uint64_t)(detail), flags);                         \
	} while (0)

/* Begins the hook of a function with an ellipsis, which is written as one without: the caller
 * leaves all in the same registers, and none needs to be saved for va_arg. What the caller has not
 * given is some value that the original does not look at. */
#define LT_ELLIPSIS(name, ret, params)                                                             \
	ret lt_hook_##name params __asm__(#name);                                                  \
	LT_PUBLIC ret lt_hook_##name params

/* LTF_FD_CLOEXEC where the bit is set. */
#define LT_FD_CLOEXEC(flags, bit) ((flags) & (bit) ? (unsigned)LTF_FD_CLOEXEC : 0u)

/* A function that returns the descriptor that it has opened. */
#define LT_DEFINE_FD(name, params, args, kind, detail, flags)                                      \
	LT_PUBLIC int name params LT_RETURN_FD(name, args, kind, detail, flags)
#define LT_RETURN_FD(name, args, kind, detail, flags)                                              \
	{                                                                                          \
		int fd_ = LT_FD_CALL(name, args, -1);                                              \
		if (fd_ >= 0)                                                                      \
			LT_FD_OPENED(fd_, kind, detail, flags);                                    \
		return fd_;                                                                        \
	}

#endif
