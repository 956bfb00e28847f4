/* Descriptors: which numbers the program has open, and the events that say how they came and went.
 * For the hooks of what opens and closes them. All of it is safe in a signal handler, waits for
 * nothing and keeps errno.
 *
 * Not the program's are the calls of a vfork child (it has a table of its own, and our memory), and
 * those that a thread makes for the tracer. In a forked child that has no dump yet only the set is
 * kept: most children close and duplicate a few and call exec, and none of that starts a dump. */
#ifndef LT_FDS_H
#define LT_FDS_H

#include <stdbool.h>
#include <stdint.h>
#include "format/ring.h"
#include "lib/memo.h"

/* fd is open from now on: after the call. detail, flags: as FORMAT.md says. With LT_FD_MAY_REPLACE
 * among the flags LTF_FD_REPLACES is set if something was open by this number. */
enum { LT_FD_MAY_REPLACE = 0x100 };
void lt_fd_opened(
	const struct lt_regs *regs, int fd, enum ltf_fd kind, uint64_t detail, unsigned flags);

/* Before a call that closes fd; does nothing below 0. object: the FILE or DIR that is closed. True:
 * it was told, so lt_fd_not_closed is to be called if the descriptor was not closed. */
bool lt_fd_closing(
	const struct lt_regs *regs, int fd, enum ltf_fd_closer by, const volatile void *object);
void lt_fd_not_closed(const struct lt_regs *regs, int fd, enum ltf_fd_closer by, int error);
/* The same for all from first to last, which never fails. */
void lt_fd_closing_range(const struct lt_regs *regs, unsigned first, unsigned last);

/* Whether more are open than when the image began: something of the program's own. */
bool lt_fds_own(void);

/* For dup2: LTF_FD_REPLACES where something of the program's is open by this number, before the
 * call. */
unsigned lt_fd_replaces(int fd);
/* Whether the kernel knows close_range. */
bool lt_fds_have_ranges(void);

/* A FILE or DIR owns it from now on. */
void lt_fd_stream(const struct lt_regs *regs, int fd, const void *object);

/* The number is the tracer's from now on. */
void lt_fd_ours(int fd);

/* The calling thread is about to vfork: until it comes back, what runs as this thread is another
 * process. */
void lt_fds_vfork(void);
/* From now on any thread may be another process. */
void lt_fds_clone(void);

/* A program image begins: looks what is open, before the tracer opens anything. */
void lt_fds_look(void);
/* A dump begins: tells what is open. */
void lt_fds_tell(void);

#endif
