/* A dump as runs of events: header, stream, and what the ring still holds, each word once.
 *
 * Reads with pread alone, so that a dump can be read while it is written and a file that is cut
 * under our feet is a short read and no fault. Nothing in a dump is trusted: every length is
 * checked, and what is damaged is stepped over and told in the status. */
#ifndef LR_SOURCE_H
#define LR_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "format/events.h"
#include "format/file.h"
#include "tools/model/scan.h"
#include "tools/taken.h"
#include "tools/util/error.h"
#include "tools/util/limits.h"

struct lr_source;

/* Where the bytes come from. */
struct lr_reader {
	/* Reads up to n bytes at off. Returns how many, 0 behind the end, -1 with errno set. */
	ssize_t (*read_at)(void *ctx, void *buf, size_t n, uint64_t off);
	uint64_t (*size)(void *ctx); /* bytes, now */
	void (*close)(void *ctx);    /* may be NULL */
	void *ctx;
};

struct lr_source_status {
	struct lr_error damage;   /* the first damage, in words; "" when there is none */
	uint64_t chunks;          /* read and intact */
	uint64_t damages;         /* places that were stepped over */
	uint64_t skipped_bytes;   /* of the stream, while looking for the next intact chunk */
	uint64_t bad_runs;        /* runs that ended before their time */
	uint64_t unknown_records; /* of a type that this version does not know */
	uint64_t duplicate_runs;  /* appended twice, in whole or part: read once */
	uint64_t stream_bytes;    /* stored */
	uint64_t raw_bytes;       /* decoded */
	uint64_t events;          /* handed out */
	uint64_t ring_blocks, ring_events; /* found in the ring instead of the stream */
	bool live_known;                   /* the tracer told what was live in the end */
	uint64_t live_blocks, live_bytes;  /* by its own account */
	bool finish_seen;                  /* the finish mark was there */
	uint64_t finish_events;            /* what it says was written */
};

/* One run of one thread's events. Valid until the source is asked for the next. */
struct lr_run {
	struct ltf_run run;
	bool from_ring;
	/* private */
	struct lr_source *source;
	struct ltf_events *events; /* of the stream */
	const uint64_t *words;     /* of a block of the ring */
	uint32_t at;               /* the next word */
	bool partly;               /* some of its words were read before: */
	struct lr_words seen;
};

/* Opens a dump. NULL with *err set when it is none, or none that this version can read. */
struct lr_source *lr_source_open(
	const char *path, const struct lr_limits *limits, struct lr_error *err);
/* The same over any reader, which is closed with the source (also when opening it fails). */
struct lr_source *lr_source_over(
	const struct lr_reader *reader, const struct lr_limits *limits, struct lr_error *err);
void lr_source_close(struct lr_source *s);

/* The header, its live half as it was when last read. */
const struct ltf_header *lr_source_header(const struct lr_source *s);
/* The header alone of a file. False: it cannot be read; loading it says why. */
bool lr_source_peek(const char *path, struct ltf_header *h);
const struct lr_source_status *lr_source_status(const struct lr_source *s);
/* The scans of the live memory: those that have been read. Which of them are kept in full is to be
 * set before the first run is asked for (tools/model/scan.h). They are the source's. */
struct lr_scans *lr_source_scans(struct lr_source *s);
/* Bytes of the stream read so far and in all, for a progress bar. */
void lr_source_progress(const struct lr_source *s, uint64_t *done, uint64_t *total);

/* Returns 1 with *run set, 0 at the end. Runs of the ring come last, by thread and block. */
int lr_source_next(struct lr_source *s, struct lr_run *run);
/* Returns 1 with *ev set, 0 at the run's end, -1 when the rest of it is damaged (counted). */
int lr_run_next(struct lr_run *run, struct ltf_event *ev);
/* The run's next events in short, up to max, as far as they are ALLOC, FREE, RELEASE or RESTORE.
 * Returns how many; after 0 lr_run_next says what is there. */
size_t lr_run_plain(struct lr_run *run, struct ltf_plain *out, size_t max);

#endif
