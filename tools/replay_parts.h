/* Shared by replay.c (blocks), replay_regions.c, replay_open.c (resources that are open) and
 * replay_resources.c, replay_fds.c, replay_mappings.c and replay_pairs.c (their events). Not for
 * others. */
#ifndef LR_REPLAY_PARTS_H
#define LR_REPLAY_PARTS_H

#include "tools/live.h"
#include "tools/order.h"
#include "tools/replay.h"
#include "tools/replay_mappings.h"

/* A realloc between its two halves. */
struct lr_open_release {
	struct lr_block block; /* key 0: the block was not known */
	bool temporary;        /* if it succeeds */
	uint64_t made;         /* as lr_replay_region_take() has it */
};

/* A region that a thread is in. Blocks are known by their number among those that the thread has
 * made in regions: a block is of an entry if it was made after that had begun. */
struct lr_open_region {
	uint32_t path, part; /* indices: where blocks count to */
	uint32_t name;       /* number */
	bool again;          /* within itself: only a part of the entry around it */
	bool folded;         /* its path is not one within the path around it */
	bool inherited;
	bool left_out;             /* beyond a limit: as if it were not there */
	uint64_t first;            /* number of the first block of this entry */
	uint64_t made[LR_OF_BOTH]; /* blocks of this entry, also of those that ended in it */
	uint64_t live[LR_OF_BOTH]; /* of these */
	uint64_t most_live;        /* bytes, with what was live in entries within */
	uint64_t most_since; /* the same, since a block of an entry around this was released */
};

struct lr_replay_thread {
	uint64_t last_alloc; /* address of its latest allocation, 0 when that is freed */
	uint64_t time;       /* microseconds */
	uint32_t site, cell; /* the latest lookup */
	uint32_t part;       /* where its next block counts to */
	uint32_t regions_used, regions_room;
	uint32_t open_used, open_room;
	uint32_t wrong;    /* its last event was wrong: index plus 1 in the tally's */
	uint32_t folded;   /* of its regions */
	uint32_t too_deep; /* regions that are begun, beyond those that are kept */
	uint64_t made;     /* blocks, in regions */
	struct lr_open_release *open;
	struct lr_open_region *regions; /* outermost first */
};

/* Joins and detachings of threads of which nothing was known: the last few. */
enum { LR_EARLY = 64 };
struct lr_early {
	uint64_t handle; /* 0: none */
	uint64_t time;   /* microseconds */
	uint32_t site;
	bool joined;  /* else detached */
	bool counted; /* as a release of what is not known */
};

/* A resource that is open. */
struct lr_open_entry {
	struct lr_open_resource res;
	uint32_t cell;       /* in the tally's resources; LR_NO_CELL: counted in none */
	uint32_t prev, next; /* of the same kind: index plus 1. Free ones: next */
	/* Of a thread: that it has detached itself, if it is of this one at all. handle 0: nothing
	 */
	struct lr_early assumed;
};
#define LR_NO_CELL UINT32_MAX

/* All zero is none. */
struct lr_opens {
	struct lr_map of[LR_RES_KINDS]; /* handle -> index in list */
	struct lr_open_entry *list;
	size_t used, room, count; /* used: with free ones */
	uint32_t free;            /* index plus 1 */
	uint32_t first[LR_RES_KINDS], last[LR_RES_KINDS], open[LR_RES_KINDS];
	uint64_t in_vain; /* entries that were looked at for ranges, and were in none */
};

/* Threads whose handles came again before a join of theirs was recorded: the last few. */
struct lr_owed {
	uint64_t handle; /* 0: none */
	uint32_t number; /* of the creation by that handle that came behind */
	uint32_t cell;
};

struct lr_replay {
	struct lr_tally *tally;
	struct lr_order *order;
	struct lr_live live;
	struct lr_live in_regions; /* blocks made in regions; size: number of its thread's */
	struct lr_map begun_by;    /* number of a name -> index plus 1 of who begins it, or MANY */
	struct lr_map astray;      /* thread << 32 | name -> ends of what the thread is not in */
	bool inherits;             /* a forked child: blocks of its parent may be released */
	struct lr_replay_thread *threads;
	size_t threads_used, threads_room;
	struct lr_opens opens;
	struct lr_mappings mappings;
	struct lr_early early[LR_EARLY];
	struct lr_owed owed[LR_EARLY];
	unsigned next_early, next_owed;
	struct lr_fd_pasts fd_pasts;
	uint64_t unknown_close; /* the last close of nothing known: thread << 32 | number + 1 */
	size_t scans_noted;     /* what was open at their moments */
	/* Only when all is replayed again: addresses to follow. */
	const struct lr_watch *watch;
	uint32_t looked_at; /* times that all blocks were looked at */
};
enum { LR_LOOKED_AT_MAX = 64 };

struct lr_replay_thread *lr_replay_thread(struct lr_replay *r, uint32_t thread);

/* The block, which is counted, was released by a function of another family. */
void lr_replay_mismatch(
	struct lr_replay *r, const struct lr_block *b, const struct ltf_plain *ev, uint64_t time);
/* Before the event is applied. */
void lr_replay_watch(struct lr_replay *r, uint32_t thread, const struct ltf_plain *ev);
/* After the last event. */
void lr_replay_watched(struct lr_replay *r);

/* Resources that are open (replay_open.c). A place is good until the next one is opened. */

/* NULL: nothing is known of it. */
struct lr_open_entry *lr_open_find(struct lr_replay *r, unsigned kind, uint64_t handle);
/* One was created at the event's site by the thread, and is known by handle from now on. Where one
 * is open by that handle, its release was not seen. NULL: beyond a limit. */
struct lr_open_entry *lr_open_create(struct lr_replay *r, unsigned kind, uint64_t handle,
	uint64_t length, uint32_t thread, const struct ltf_event *ev);
/* One was open when the dump began. */
void lr_open_inherit(struct lr_replay *r, unsigned kind, uint64_t handle);
/* A part of e that goes on by itself: of the same making, under another handle. e's place is no
 * longer good. NULL: beyond a limit. */
struct lr_open_entry *lr_open_part(
	struct lr_replay *r, const struct lr_open_entry *e, uint64_t handle, uint64_t length);
/* It goes on under another handle, with another length; what was there by that handle is gone. */
void lr_open_change(struct lr_replay *r, struct lr_open_entry *e, uint64_t handle, uint64_t length);
/* Nothing is owed for it any more, but it may still be there. */
void lr_open_settle(struct lr_replay *r, struct lr_open_entry *e, uint32_t site);
/* It is gone. site: of the release; LTF_SITE_NONE not recorded. */
void lr_open_remove(struct lr_replay *r, struct lr_open_entry *e, enum lr_gone how, uint32_t site);
/* A release by the event: of what is open, or of what is not known. */
void lr_open_release(
	struct lr_replay *r, unsigned kind, uint64_t handle, const struct ltf_event *ev);
/* Of what nothing is known; it is now. */
void lr_open_unknown(struct lr_replay *r, unsigned kind);
void lr_open_known(struct lr_replay *r, unsigned kind);
/* All of them from first to last are gone. */
void lr_open_release_range(struct lr_replay *r, unsigned kind, uint64_t first, uint64_t last,
	const struct ltf_event *ev);
/* Notes what is open for the scan; NULL: for the end. */
void lr_open_note(struct lr_replay *r, const struct lr_scan *scan, bool list);
/* Fills in what the scan has found of the sum's kind (replay_compare.c). */
void lr_open_compare(struct lr_replay *r, const struct lr_scan *scan, struct lr_open_sum *s);
void lr_opens_free(struct lr_opens *o);

/* Notes what is open for those scans of the source that are new: all events before their moment
 * have been taken. */
void lr_replay_note_scans(struct lr_replay *r, const struct lr_scans *scans);

/* Regions and marks (replay_regions.c). */
/* Its blocks count to that path from now on; 0: to none. */
void lr_replay_thread_part(struct lr_replay *r, uint32_t thread, uint32_t path);
void lr_replay_region(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev);
/* The thread, which is in a region, has made a block. */
void lr_replay_region_made(struct lr_replay *r, uint32_t thread, uint64_t addr, uint64_t size);
/* The block is gone, or about to: it is no block that was made in a region any more. Returns its
 * number; 0: it was none. */
uint64_t lr_replay_region_take(struct lr_replay *r, uint64_t addr);
/* It lives on. */
void lr_replay_region_put_back(struct lr_replay *r, const struct lr_block *b, uint64_t made);
/* It was released. */
void lr_replay_region_freed(struct lr_replay *r, const struct lr_block *b, uint64_t made);
/* After the last event. */
void lr_replay_regions_finish(struct lr_replay *r);
void lr_replay_regions_free(struct lr_replay *r);

void lr_replay_resource(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev);
/* Of these, those of threads; of descriptors; of mappings and shared memory; and of
 * pairs. */
void lr_replay_thread_event(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev);
void lr_replay_fd(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev);
/* Before it: whether it closes what it should not. */
void lr_replay_fd_wrong(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev);
void lr_replay_mapping(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev);
/* Pieces of mappings (replay_pieces.c). */
static inline uint64_t lr_piece_end(const struct lr_open_entry *e)
{
	return e->res.handle + e->res.length;
}
/* Where it ends; it does not go beyond all addresses. */
static inline uint64_t lr_piece_behind(uint64_t start, uint64_t length)
{
	return length > UINT64_MAX - start ? UINT64_MAX : start + length;
}
/* The lowest piece that ends behind `start` and begins before `end`; NULL: there is none. */
struct lr_open_entry *lr_pieces_first(struct lr_replay *r, uint64_t start, uint64_t end);
/* A mapping is made where there is none. NULL: beyond a limit, or empty. */
struct lr_open_entry *lr_pieces_create(struct lr_replay *r, unsigned kind, uint64_t start,
	uint64_t length, uint32_t thread, const struct ltf_event *ev);
/* Takes [start, end) out of what is open: GONE_ON lifts it. taken: notes what it was; NULL: not.
 * False: there was nothing. */
bool lr_pieces_take(struct lr_replay *r, uint64_t start, uint64_t end, enum lr_gone how,
	uint32_t site, struct lr_mapping_taken *taken);
/* What is in the way was replaced, if the call has asked for this very place; else how it went is
 * not known. */
void lr_pieces_make_room(struct lr_replay *r, uint64_t start, uint64_t length, bool asked,
	const struct ltf_event *ev);
/* What the thread's event takes out: nothing yet. What the last one took out stays out. */
struct lr_mapping_taken *lr_pieces_taken(struct lr_replay *r, uint32_t thread, uint64_t at);
void lr_pieces_forget(struct lr_replay *r, struct lr_mapping_taken *t);
/* All of it is where it was. */
void lr_pieces_put_back(struct lr_replay *r, struct lr_mapping_taken *t);
/* A piece that was lifted lies there now, or nowhere any more. */
void lr_pieces_put_down(
	struct lr_replay *r, const struct lr_open_entry *e, uint64_t start, uint64_t length);
void lr_pieces_let_go(struct lr_replay *r, const struct lr_open_entry *e);
/* How many bytes of the range the program has mapped. */
uint64_t lr_replay_mapped(struct lr_replay *r, uint64_t start, uint64_t length);
/* No more events come. */
void lr_replay_mappings_finish(struct lr_replay *r);
void lr_replay_mappings_free(struct lr_mappings *m);
void lr_replay_pair(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev);
/* A descriptor's closing may release a pair: that of the FILE that it belongs to. */
void lr_replay_stream(struct lr_replay *r, const struct ltf_event *ev);

#endif
