/* Events in the stream: a run of a block's words, transcoded into columns that compress well.
 *
 * ltf_events_encode() is used by the tracer's drainer, ltf_events_open() and ltf_events_next() by
 * the reporter; both sides also decode raw ring words (ltf_words_next). Pure: no malloc, no stdio,
 * no globals. */
#ifndef LTF_EVENTS_H
#define LTF_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/ring.h"

/* One decoded event. Which fields mean something depends on the tag (enum ltf_tag). */
struct ltf_event {
	uint8_t tag;         /* enum ltf_tag; never EMPTY or CONT */
	uint8_t api;         /* ALLOC, FREE, RELEASE, RESTORE: enum ltf_api */
	bool numbered;       /* number is set */
	uint8_t nargs;       /* RES: args in use, without the site */
	uint32_t number;     /* low 32 bits of the region's counter */
	uint32_t site;       /* ALLOC, RES, stacked FREE; else LTF_SITE_NONE */
	uint64_t addr;       /* bytes; for RES: the handle or address (args[0]) */
	uint64_t size;       /* ALLOC: bytes asked for */
	uint32_t id;         /* NODE: id. RES: enum ltf_res. BLOB: enum ltf_blob */
	uint32_t parent;     /* NODE */
	uint64_t pc;         /* NODE: raw address */
	uint32_t flags;      /* NODE: LTF_NODE_* */
	uint32_t module;     /* NODE: module number; 0 unknown */
	uint64_t time;       /* TIME: microseconds since the dump's start */
	uint64_t args[5];    /* RES: args behind the site */
	const uint8_t *blob; /* BLOB: bytes (in the source buffer, or in scratch) */
	uint32_t blob_len;
};

/* Decodes the event that starts at words[0]; n words are there. Returns the number of words it
 * takes, 0 where no whole event starts (an empty or CONT word, or the run ends early). scratch
 * receives a blob's bytes and must have room for 7 * n bytes. Unknown tags are returned with only
 * the tag set. */
size_t ltf_words_next(const uint64_t *words, size_t n, struct ltf_event *ev, uint8_t *scratch);

/* Where a run of words came from: enough to tell what a ring block still has to give. */
struct ltf_run {
	uint32_t thread; /* owner; 0: the drainer's own notes, which never were in a block */
	uint64_t block;  /* its number-th block */
	uint32_t first;  /* index of the first word of the run in its block */
	uint32_t words;  /* words consumed */
	uint32_t events; /* events in the run */
};

/* Bytes that ltf_events_encode may need for n words. */
size_t ltf_events_bound(size_t n);

/* Encodes the complete events at words[0..n) as the body of an LTF_REC_EVENTS record into out,
 * which has ltf_events_bound(n) bytes. run->thread, block and first are given; run->words and
 * events are set: encoding stops at the first word where no whole event starts, except that with
 * skip_holes such words are stepped over (a block that will never be completed). Returns the body's
 * length, 0 when there is no event. */
size_t ltf_events_encode(
	const uint64_t *words, size_t n, struct ltf_run *run, bool skip_holes, uint8_t *out);

/* Reading a body. The body must stay in memory while the reader is used. */
struct ltf_events {
	struct ltf_run run;
	uint32_t left; /* events still to come */
	const uint8_t *ops, *ops_end;
	const uint8_t *addr, *addr_end;
	const uint8_t *size, *size_end;
	const uint8_t *site, *site_end;
	const uint8_t *number, *number_end;
	const uint8_t *extra, *extra_end;
	uint64_t last_addr, last_time;
	uint32_t last_site, last_number, last_node;
};

/* Returns 0, or -1 when the body is damaged. */
int ltf_events_open(struct ltf_events *r, const uint8_t *body, size_t len);
/* Returns 1 with *ev set, 0 at the end, -1 when the body is damaged. */
int ltf_events_next(struct ltf_events *r, struct ltf_event *ev);

/* What nearly all events are, without the fields that only others have. */
struct ltf_plain {
	uint64_t addr, size;
	uint32_t number, site;
	uint8_t tag, api;
	bool numbered;
};

/* The next events, up to max, as long as they are ALLOC, FREE, RELEASE or RESTORE and intact.
 * Returns how many; what follows (another event, the end, damage) is told by ltf_events_next. */
size_t ltf_events_plain(struct ltf_events *r, struct ltf_plain *out, size_t max);

#endif
