/* The dump's file on disk: its name, its descriptor, and every system call made on it. Knows
 * nothing of what is in it. */
#ifndef LT_DUMPFILE_H
#define LT_DUMPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/file.h"
#include "lib/outname.h"

struct lt_dumpfile {
	int fd; /* high, close-on-exec; -1 none */
	uint64_t dev, ino;
	unsigned attempt; /* .N of the name */
	bool renamed;     /* the name wanted first was taken */
	char path[LT_PATH_MAX];
};

/* Creates the file, new, mode 0600, never through an existing name or link. A finished dump of ours
 * in the way of a first process is replaced; otherwise the next free name is taken; where none can
 * be made, one in $TMPDIR/leaktrace-UID. False: said in one line. */
bool lt_dumpfile_create(struct lt_dumpfile *f, const struct lt_outname *name, bool first);
/* Creates a further process's file with nothing in it but this; no descriptor is kept. */
void lt_dumpfile_leave(const struct lt_outname *name, const void *p, size_t len);
/* Whether the descriptor is still the file's. */
bool lt_dumpfile_is(const struct lt_dumpfile *f);
void lt_dumpfile_remove(struct lt_dumpfile *f);
void lt_dumpfile_close(struct lt_dumpfile *f);

/* Allocates the blocks of [at, at + len), which read as zeros. */
bool lt_dumpfile_reserve(struct lt_dumpfile *f, uint64_t at, uint64_t len);
/* Writes all of it, or says why not. Checks first that the descriptor is still ours. */
enum ltf_stop lt_dumpfile_write(struct lt_dumpfile *f, uint64_t at, const void *p, size_t len);
void lt_dumpfile_truncate(struct lt_dumpfile *f, uint64_t len);
void lt_dumpfile_punch(struct lt_dumpfile *f, uint64_t at, uint64_t len);

/* Maps file bytes shared, or NULL. */
void *lt_dumpfile_map(struct lt_dumpfile *f, uint64_t at, size_t len);
/* Puts private zeroed memory in the place of a mapping, in one step: whoever writes there meanwhile
 * always finds memory. False: it could not be done, the file is still behind it. */
bool lt_dumpfile_blank(void *p, size_t len);

/* RLIMIT_FSIZE, bytes. */
uint64_t lt_dumpfile_limit(void);

/* Moves fd to a high number with close-on-exec, out of the program's way; -1 when that fails. */
int lt_fd_high(int fd);

#endif
