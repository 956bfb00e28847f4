/* The descriptors of the process, and what each is: a table of a scan. */
#ifndef LT_TELL_FDS_H
#define LT_TELL_FDS_H

#include "lib/tell.h"

/* Reads them, in bounded time and memory; before lt_tell. In a copy of the process, before it
 * closes what it has inherited. */
void lt_tell_fds_read(void);
/* Of the process itself, which need be cheap: only if it has any of its own; else the limit alone.
 */
void lt_tell_fds_read_own(void);
/* What was read; it is forgotten. */
void lt_tell_fds(struct lt_channel *c);
/* Nobody is told. */
void lt_tell_fds_forget(void);

#endif
