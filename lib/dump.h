/* The sink: the dump file of this process. One file, opened once, written by appends; its header
 * page and the ring's extents are mapped shared.
 *
 * Space in the file is handed out by atomic cursors, to chunks and to extents alike, so that the
 * ring can grow while a chunk is being written. All errors end in lt_dump_stop(): tracing is over,
 * the program is not. */
#ifndef LT_DUMP_H
#define LT_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/encode.h"
#include "format/file.h"
#include "lib/own.h"

/* The mapped header; before a dump is open and after it could not be made, a private page, so that
 * counters always have a place. */
extern LT_OWN struct ltf_header *lt_header;

struct lt_dump_who {
	const char *pattern; /* absolute */
	const char *program;
	uint64_t run_id;
	int pid, parent_pid;
	bool first;
	enum ltf_origin origin;
	uint64_t seconds; /* wall clock, for %t */
};

/* Makes the file, writes its header, maps it and a first ring extent of len bytes. NULL: no dump
 * can be made; said in one line. */
void *lt_dump_open(const struct lt_dump_who *who, size_t len);

/* Makes a dump that is nothing but a header: of a program that is not traced. This process's own is
 * not touched. Some 10 KiB of stack. */
void lt_dump_stub(const struct lt_dump_who *who, enum ltf_stop reason);

/* Maps what lt_dump_append works in, untouched; that does it too, but there may be no memory then.
 */
bool lt_dump_prepare(void);

/* A new ring extent of len bytes (a multiple of the block size), zeroed, backed by the file's own
 * preallocated blocks. NULL when the disk, a limit or memory says no. One caller at a time. */
void *lt_dump_extent(size_t len);

/* Appends one chunk that decodes to the pieces, one behind the other; each is compressed by itself,
 * where that helps. False: tracing has been stopped. Called by one drainer at a time, with at most
 * LT_DUMP_RAW_MAX bytes in at most LT_DUMP_PIECES pieces. */
enum { LT_DUMP_RAW_MAX = 1 << 20, LT_DUMP_PIECES = 16 };
bool lt_dump_append(const struct ltf_piece *piece, unsigned n);

/* A room in the stream, of up to want bytes, in which a copy of the process writes chunks of its
 * own. Like an append, but false also where there is room for none: tracing goes on then. */
struct lt_room {
	uint64_t start, end; /* in the file; without the header */
};
bool lt_dump_room(struct lt_room *room, uint64_t want);
/* In the copy, which has the descriptor and nothing else of the drainer's: from now on it appends
 * to the room. What does not fit, or cannot be written, is refused; tracing is not stopped by that.
 */
void lt_dump_move_in(const struct lt_room *room);
/* How far it has written. */
uint64_t lt_dump_room_used(void);
/* Bytes of the room that are left; UINT64_MAX in a process that is no such copy. */
uint64_t lt_dump_room_left(void);
/* Nothing more is written to the room: what has not been used is given back where it is the
 * stream's end. */
void lt_dump_room_close(const struct lt_room *room, uint64_t used);
int lt_dump_descriptor(void);
/* Whether this descriptor is the dump's. */
bool lt_dump_owns(int fd);

/* The process ends. drained: everything is in the stream, so the ring is cut off (its memory stays,
 * without the file) and the dump is finished; otherwise the ring stays, for the reader. */
void lt_dump_finish(uint32_t status, bool drained);

/* Whether nothing has been drained, and the ring is still the first extent. */
bool lt_dump_is_empty(void);
/* What is appended to such a dump from now on may be refused: tracing is not stopped by that. */
void lt_dump_optional(void);
/* The same as lt_dump_finish, of such a dump: what the first blocks of the ring hold stays there.
 * No thread can write to the others any more. */
void lt_dump_leave(uint32_t status, uint32_t blocks);

/* Gives tracing up: sets the header's state and says why, once. */
void lt_dump_stop(enum ltf_stop reason);

/* In a forked child: forgets the parent's file without touching it. */
void lt_dump_forget(void);

/* Which file it is. */
void lt_dump_identity(uint64_t *dev, uint64_t *ino);

/* Adds n to a counter of what was missed. */
static inline void lt_lost(enum ltf_lost what, uint64_t n)
{
	__atomic_fetch_add(&lt_header->lost[what], n, __ATOMIC_RELAXED);
}

#endif
