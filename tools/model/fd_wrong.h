/* Closes that are wrong: of a descriptor that is closed already, and of one that is another's.
 * Counted by the sites of what led there. */
#ifndef LR_FD_WRONG_H
#define LR_FD_WRONG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/util/map.h"

enum lr_fd_wrong_kind {
	LR_FD_DOUBLE, /* it failed: the number was closed before, and not opened since */
	LR_FD_FOREIGN /* a stream's, whose descriptor had been closed underneath it: it closed what
		       * was opened by the same number since */
};

struct lr_fd_wrong {
	uint8_t kind;
	uint8_t closer, first_closer; /* enum ltf_fd_closer: of this close, of the earlier one */
	bool other_thread;            /* the earlier close was another thread's */
	uint32_t close, first;        /* sites of both; 0 not known */
	uint32_t opened;              /* site: of what was closed; 0: inherited, or not known */
	uint32_t stream;              /* FOREIGN: site where the stream was opened */
	uint32_t dump;                /* in the model: its index */
	uint64_t count;
	uint64_t number, time; /* of one of them; microseconds */
};

/* All zero is empty. */
struct lr_fd_wrongs {
	struct lr_fd_wrong *list;
	size_t used, room;
	uint64_t left_out; /* beyond the limit */
	struct lr_map of;
	/* Sites that close numbers whether they are open or not: nothing is wrong there. */
	uint32_t *sweeps;
	size_t sweeps_used, sweeps_room;
};

/* Counts w with those of the same kind, functions and sites. */
void lr_fd_wrongs_add(struct lr_fd_wrongs *l, const struct lr_fd_wrong *w);
void lr_fd_wrongs_sweep(struct lr_fd_wrongs *l, uint32_t site);
bool lr_fd_wrongs_sweeps(const struct lr_fd_wrongs *l, uint32_t site);
void lr_fd_wrongs_free(struct lr_fd_wrongs *l);

/* What is known of the numbers, while a dump is read. All zero is nothing. */
struct lr_fd_past {
	enum { LR_FD_UNKNOWN, LR_FD_OPEN, LR_FD_CLOSED } state;
	uint8_t closer;
	bool duplicate;  /* made by dup: perhaps on purpose by this number */
	uint32_t opened; /* site */
	uint32_t closed, thread;
	uint64_t owner; /* address of the FILE or DIR; 0 none */
};
/* A FILE or DIR. */
struct lr_fd_stream {
	uint64_t number;
	uint32_t opened, closed; /* sites; closed: of its descriptor, underneath it */
	bool is_closed;
};
/* A thread's last close, before it is known whether it fails. */
struct lr_fd_close {
	uint64_t number; /* plus 1; 0 none */
	struct lr_fd_past before;
	uint32_t site;
};
struct lr_fd_pasts {
	struct lr_map past_of, stream_of, close_of; /* by number, address, thread */
	struct lr_fd_past *past;
	size_t past_used, past_room;
	struct lr_fd_stream *stream;
	size_t stream_used, stream_room;
	struct lr_fd_close *close;
	size_t close_used, close_room;
};
void lr_fd_pasts_free(struct lr_fd_pasts *p);

#endif
