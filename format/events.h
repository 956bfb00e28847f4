/* Events in the stream: runs of blocks' words, transcoded into a body of columns that compress well
 * (encode.h is the other side), and events in the ring (ltf_words_next). Pure: no malloc, no stdio,
 * no globals. */
#ifndef LTF_EVENTS_H
#define LTF_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/context.h"
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

/* A body's columns, in this order. */
enum {
	LTF_COL_RUNS,
	LTF_COL_OPS,
	LTF_COL_ADDR,
	LTF_COL_SIZE,
	LTF_COL_SITE,
	LTF_COL_NUMBER,
	LTF_COL_EXTRA,
	LTF_COLUMNS
};

/* Bytes of the column of ops. */
enum {
	LTF_OP_ALLOC = 0x00, /* to 0x7f; low four bits: enum ltf_alloc_way */
	LTF_OP_SIZE = 0x10,  /* the size is not the guess */
	LTF_OP_SITE = 0x20,  /* the site is not */
	LTF_OP_ALLOC_NUMBER = 0x40,
	LTF_OP_FREE = 0x80,    /* to 0xbf; low four bits: enum ltf_free_way */
	LTF_OP_RELEASE = 0x10, /* it is a RELEASE */
	LTF_OP_FREE_NUMBER = 0x20,
	LTF_OP_NODE = 0xc0, /* to 0xcf; what is not the guess: */
	LTF_OP_NODE_ID = 1,
	LTF_OP_NODE_PARENT = 2,
	LTF_OP_NODE_PC = 4,
	LTF_OP_NODE_MODULE = 8,
	LTF_OP_OTHER = 0xd0,   /* to 0xdf; low four bits: enum ltf_tag */
	LTF_OP_MORE = 0xe0,    /* before an ALLOC, FREE, RELEASE: api (and site) stand in extra */
	LTF_OP_TOGGLE = 0xe1,  /* before it: from here on events have numbers, or have none */
	LTF_OP_RESTORE = 0xe2, /* before a FREE: it is a RESTORE */
};

/* Reading a body. It must stay in memory while the reader is used. */
struct ltf_events {
	struct ltf_run run; /* the one being read */
	uint32_t left;      /* its events still to come */
	const uint8_t *at[LTF_COLUMNS], *end[LTF_COLUMNS];
	bool damaged;
	bool more, restore; /* said before the next event */
	struct ltf_context c;
};

/* Returns 0, or -1 when the body is damaged. */
int ltf_events_open(struct ltf_events *r, const uint8_t *body, size_t len);
/* Goes on to the next run, past what is left of this one. Returns 1 with r->run set, 0 at the end
 * or where damage was told before, -1 when the body is damaged. */
int ltf_events_run(struct ltf_events *r);
/* Returns 1 with *ev set, 0 at the run's end, -1 when the body is damaged. */
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
