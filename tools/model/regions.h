/* What a dump says of its program's regions and marks: names, paths ("outer/inner" as numbers),
 * and what one entry of a region came to. Part of a tally; how the events of a thread nest is
 * tools/replay_regions.c's matter. */
#ifndef LR_REGIONS_H
#define LR_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/util/limits.h"
#include "tools/util/map.h"

/* A region within the one that it was begun in. paths[0] is outside of all. A region that is begun
 * within itself has the path that it had there: so recursion makes no paths. */
struct lr_region_path {
	uint32_t parent; /* index */
	uint32_t name;   /* number, as the dump has it */
};

/* Of a sum or of one entry: how many, and how many bytes. */
enum { LR_OF_COUNT, LR_OF_BYTES, LR_OF_BOTH };

/* Entries of a region, with what was begun within them. */
struct lr_entries {
	uint64_t begun;     /* less those below */
	uint64_t again;     /* begun within itself: a part of the entry around it */
	uint64_t inherited; /* begun before the fork that made this process */
	/* Of the first: */
	uint64_t ended;
	uint64_t cut;       /* of these: by the end of a region around it */
	uint64_t not_ended; /* when its thread or the dump ended */
	/* Of entries that have ended: allocations and their bytes; what was allocated in them and
	 * live when they ended; the most of that in one entry. */
	uint64_t sum[LR_OF_BOTH], left[LR_OF_BOTH], most_left[LR_OF_BOTH];
	/* Of any one entry, also of one that has not ended (then so far): allocations and bytes;
	 * bytes of its blocks that were live at once. */
	uint64_t least[LR_OF_BOTH], most[LR_OF_BOTH], most_live;
};
void lr_entries_add(struct lr_entries *to, const struct lr_entries *from);

/* What blocks are told apart by, besides their site. parts[0] is where nothing is. */
struct lr_part {
	uint32_t thread; /* index; 0 unless told apart */
	uint32_t region; /* index of a path; 0 outside, or unless told apart */
	struct lr_entries entries;
};

struct lr_region_name {
	uint32_t number;
	char *text; /* may hold any bytes */
};

/* A moment that the program has named. */
struct lr_region_mark {
	uint64_t time;                         /* microseconds */
	uint64_t allocations, allocated_bytes; /* so far */
	uint64_t live_blocks, live_bytes;
	uint32_t name; /* number */
};

/* Begins and ends that do not go together: counted, and nothing is made of them. */
struct lr_unbalanced {
	uint64_t without_begin; /* ends of what the thread is not in */
	uint64_t elsewhere;     /* of these: of what another thread begins */
	uint64_t too_deep;      /* begun within more than LR_REGIONS_DEEP others */
	uint64_t too_many;      /* begun beyond the reporter's limit of paths */
};

struct lr_regions {
	struct lr_region_path *paths;
	size_t paths_used, paths_room;
	struct lr_map path_of; /* parent << 32 | name -> index; also what is begun within itself */
	struct lr_part *parts;
	size_t parts_used, parts_room;
	struct lr_map part_of; /* thread << 32 | path -> index */
	struct lr_region_name *names;
	size_t names_used, names_room;
	struct lr_map name_of;        /* number -> index */
	struct lr_region_mark *marks; /* in order */
	size_t marks_used, marks_room;
	uint64_t events; /* begins and ends */
	struct lr_unbalanced unbalanced;
};
enum { LR_REGIONS_DEEP = 4096 };

void lr_regions_init(struct lr_regions *r);
void lr_regions_free(struct lr_regions *r);

/* The first name that a number is given stands. */
void lr_regions_name(struct lr_regions *r, uint32_t number, const char *text, size_t len);
/* NULL: it was given none. */
const char *lr_regions_text(const struct lr_regions *r, uint32_t number);
/* The path of a region of that name within a path. *folded: it is the same, or one around it.
 * Beyond the limit: the same, and *full. */
uint32_t lr_regions_path(struct lr_regions *r, uint32_t within, uint32_t name,
	const struct lr_limits *limits, bool *folded, bool *full);
/* What a thread has in a path: either is 0 unless told apart. False: there are too many; *part is
 * then 0. */
bool lr_regions_part(struct lr_regions *r, uint32_t thread, uint32_t path,
	const struct lr_limits *limits, uint32_t *part);
/* False: there are too many. */
bool lr_regions_mark(
	struct lr_regions *r, const struct lr_region_mark *mark, const struct lr_limits *limits);

#endif
