/* What one dump adds up to, while it is replayed: counters by cell (a site as the dump numbers it,
 * with its thread when threads are told apart), and the dump's own tables of frames, modules and
 * threads. Ids in it are the dump's and mean nothing outside; model.h makes them comparable.
 *
 * Memory grows with what was defined, never with the events. All ids come from the file: they are
 * keys, never indexes. */
#ifndef LR_TALLY_H
#define LR_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/events.h"
#include "tools/model/counts.h"
#include "tools/model/history.h"
#include "tools/model/fd_wrong.h"
#include "tools/model/regions.h"
#include "tools/model/resources.h"
#include "tools/model/series.h"
#include "tools/model/wrong.h"
#include "tools/util/ids.h"
#include "tools/util/limits.h"
#include "tools/util/map.h"

/* Which blocks are counted at all; the others are followed, but show nowhere. */
struct lr_selection {
	uint64_t min_size, max_size; /* bytes asked for, both included */
	uint64_t from, to;           /* microseconds since the start: allocated in [from, to) */
	bool by_thread;              /* tell threads apart */
	bool by_region;              /* tell regions apart */
	bool moments;                /* note what is live at two moments */
	uint64_t moment[2];          /* microseconds: when; UINT64_MAX is the end */
	/* Marks, as the dump has them in order, from 1; 0 none: in place of from and to, or of the
	 * moments. Where the first never comes, nothing is counted; else it is as the end. */
	uint32_t mark[2];
	uint64_t follow;  /* sites that hold so many bytes are followed along the run */
	uint32_t open_at; /* the scan for which open resources are listed, besides those kept */
};
extern const struct lr_selection lr_selection_all;

struct lr_cell {
	struct lr_counts counts;
	uint64_t peak_epoch; /* the peak that counts.peak_* belongs to */
	uint64_t lifted;     /* bytes of blocks in the middle of a realloc */
	struct lr_followed followed;
	struct lr_churn churn;
	uint32_t site;   /* the dump's id */
	uint32_t thread; /* index in threads; 0 unless told apart */
	uint32_t region; /* index of a path; 0 outside, or unless told apart */
	uint8_t apis;    /* 1 << enum ltf_api for each by which its blocks were handed out */
};

struct lr_raw_node {
	uint64_t pc;
	uint32_t id, parent, module, flags;
};

struct lr_raw_module {
	uint64_t bias, start, end;
	char *path;
	uint8_t *build_id;
	uint32_t number, build_id_len;
	uint32_t module; /* of the model, index plus 1; 0 not in one yet */
	bool unloaded;
};

struct lr_tally_thread {
	uint32_t id, tid;     /* the dump's own number; the kernel's, 0 unknown */
	char *name;           /* the kernel's last one, NULL unknown */
	char *called;         /* by the program, NULL not */
	uint64_t first, last; /* microseconds: of its events */
	bool seen, ended;
	uint64_t allocations, frees, allocated_bytes, temporary; /* done by this thread */
};

struct lr_meta {
	char *key, *value; /* the value may hold zero bytes */
	size_t value_len;
};

/* Releases of a cell's blocks at one place: of those whose stacks were recorded. */
struct lr_release_cell {
	uint64_t count;
	uint32_t cell; /* index */
	uint32_t site; /* the dump's id: where the release is */
};

/* What this side missed or had to guess. What the traced side missed is in the header. */
struct lr_missed {
	uint64_t frees_of_unknown;   /* releases of blocks whose allocation is not in the dump */
	uint64_t frees_of_inherited; /* the same in a forked child: blocks of its parent */
	uint64_t overlaps;   /* allocations where a block was still live: its release was lost */
	uint64_t gaps;       /* ordered events that never came */
	uint64_t disordered; /* events that came after their turn */
	uint64_t undefined_sites; /* events whose stack was never defined */
	uint64_t damaged_events;
	uint64_t over_limit;    /* things not kept because the reporter's limits were reached */
	uint64_t open_reallocs; /* still going on at the end: their blocks count as live */
	uint64_t unknown_events;
};

struct lr_tally {
	struct lr_selection selection;
	const struct lr_limits *limits;

	struct lr_counts total;
	uint64_t reallocations;
	uint64_t api[LTF_API_COUNT];    /* allocations */
	uint64_t sizes[LR_BUCKETS];     /* allocations by bytes */
	uint64_t lifetimes[LR_BUCKETS]; /* freed blocks by microseconds */
	uint64_t peak_epoch, peak_time;
	uint64_t now; /* microseconds: the latest time seen */
	struct lr_series live, rss;
	uint64_t rss_peak;
	struct lr_history history;
	struct lr_followed followed; /* the total */
	uint64_t lifted;             /* bytes, of all cells */
	struct lr_held *held[2];     /* at the selection's moments, by cell */
	size_t held_used[2];         /* cells that there were at that moment */

	struct lr_cell *cells; /* cells[0] is where everything beyond the limit goes */
	size_t cells_used, cells_room;
	struct lr_ids cell_of;      /* site -> index, of part 0 */
	struct lr_map part_cell_of; /* part << 30 | site -> index, of others */

	struct lr_raw_node *nodes;
	size_t nodes_used, nodes_room;
	struct lr_ids node_of; /* id -> index */
	struct lr_raw_module *modules;
	size_t modules_used, modules_room;
	struct lr_map module_of;         /* number -> index, the last one of that number */
	struct lr_tally_thread *threads; /* threads[0]: the tracer, and those beyond the limit */
	size_t threads_used, threads_room;
	struct lr_map thread_of; /* id -> index */
	struct lr_meta *meta;
	size_t meta_used, meta_room, meta_bytes;

	struct lr_release_cell *releases;
	size_t releases_used, releases_room;
	struct lr_map release_of; /* cell << 32 | site -> index */

	struct lr_resources resources;
	struct lr_regions regions;
	uint64_t live_threads, most_threads;

	struct lr_missed missed;
	struct lr_wrongs wrongs;
	struct lr_fd_wrongs fd_wrongs;
	struct lr_watch suspects; /* released, but no blocks */
};

struct lr_tally *lr_tally_new(const struct lr_selection *sel, const struct lr_limits *limits);
void lr_tally_free(struct lr_tally *t);

/* Index of a thread by the dump's id; 0 when there are too many. */
uint32_t lr_tally_thread(struct lr_tally *t, uint32_t id);
/* Index of the cell of a site; part: one of the regions'. */
uint32_t lr_tally_cell(struct lr_tally *t, uint32_t site, uint32_t part);
/* The cell of a site where it has one in part 0; else LR_NO_ID. */
static inline uint32_t lr_tally_known_cell(const struct lr_tally *t, uint32_t site)
{
	return lr_ids_get(&t->cell_of, site);
}

void lr_tally_time(struct lr_tally *t, uint64_t time);
/* The program has named this moment. */
void lr_tally_mark(struct lr_tally *t, uint32_t name, uint64_t time);
void lr_tally_node(struct lr_tally *t, const struct ltf_event *ev);
/* time: microseconds, of the thread that wrote it. */
void lr_tally_blob(struct lr_tally *t, const struct ltf_event *ev, uint64_t time);

/* A block of size bytes was handed out to the cell, taken back from it. */
void lr_tally_alloc(struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t time);
void lr_tally_free_block(
	struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t lifetime, bool temporary);
/* One of the cell's blocks was released at that place. */
void lr_tally_release(struct lr_tally *t, uint32_t cell, uint32_t site);
/* Before lr_tally_alloc: the new block is what a block of old bytes was reallocated to. */
void lr_tally_realloc(struct lr_tally *t, uint32_t cell, uint64_t old, uint64_t size, bool copied);
/* Before lr_tally_alloc: the new block is one of its own; mapped: by the kernel, for it alone. */
void lr_tally_append(struct lr_tally *t, uint32_t cell, uint64_t size, bool mapped);
/* The block is gone for reasons unknown: it is neither live nor freed. */
void lr_tally_lose_block(struct lr_tally *t, uint32_t cell, uint64_t size);
/* A realloc in flight: its block is not live meanwhile, and lives again when it fails. */
void lr_tally_lift(struct lr_tally *t, uint32_t cell, uint64_t size);
void lr_tally_put_back(struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t time);
/* A lifted block was freed. */
void lr_tally_free_lifted(
	struct lr_tally *t, uint32_t cell, uint64_t size, uint64_t lifetime, bool temporary);

/* Of the selection's moments: before the first event; those that lie before time; and after the
 * last event. */
void lr_tally_moments_begin(struct lr_tally *t);
void lr_tally_moments_before(struct lr_tally *t, uint64_t time);
void lr_tally_moments_end(struct lr_tally *t);

/* Brings every cell's peak share and history up to date. Call once, after the last event. */
void lr_tally_finish(struct lr_tally *t);

#endif
