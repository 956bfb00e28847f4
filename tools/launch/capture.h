/* What a program prints while nobody is to see it: kept, and shown only if that is wanted. Behind
 * standard output and error stands the same kind of thing as in the launcher (a file, a pipe, a
 * terminal), because programs and the C library's buffers are different with each. */
#ifndef LR_LAUNCH_CAPTURE_H
#define LR_LAUNCH_CAPTURE_H

#include <poll.h>
#include <stdbool.h>

struct lr_capture {
	struct lr_captured {
		int target; /* where it would have gone: 1 or 2 */
		int given;  /* what the program gets; -1: what the launcher has */
		int read;   /* our end of a pipe or a terminal; -1: none */
		int file;   /* what has come; -1: none */
	} streams[2];
};

/* False: told why. */
bool lr_capture_begin(struct lr_capture *);
/* In the child: puts the given ends in place. */
void lr_capture_enter(const struct lr_capture *);
/* In the launcher, once there is a child. */
void lr_capture_started(struct lr_capture *);
/* What is to be waited for: two entries, fd -1 where there is nothing. */
void lr_capture_wait(const struct lr_capture *, struct pollfd wait[2]);
/* Takes what has come, without waiting. */
void lr_capture_take(struct lr_capture *);
/* All that has come goes where it would have gone. */
void lr_capture_show(const struct lr_capture *);
void lr_capture_end(struct lr_capture *);

#endif
