/* What sites hold along the run: live bytes and blocks, over time and over the program's
 * allocations, in bounded memory.
 *
 * A run is cut into at most LR_MOMENTS_MAX intervals, the same for all sites. An interval ends when
 * the clock or the number of allocations has gone a step further; when there are too many, the
 * finer of the two steps doubles, and neighbours are joined. A site has a point for each interval
 * in which anything happened to it: the least it held and what it held last. It is followed from
 * when the least that it held in an interval reaches a threshold: sites that let go of all that
 * they take are never kept. Where there are too many points, the threshold rises and the smallest
 * sites are forgotten. */
#ifndef LR_HISTORY_H
#define LR_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LR_MOMENTS_MAX = 512, LR_HISTORY_POINTS = 1 << 22 };

/* The end of an interval. */
struct lr_moment {
	uint64_t time;   /* microseconds since the start */
	uint64_t events; /* allocations so far */
};

struct lr_point {
	uint64_t low, last; /* bytes: the least in the interval, and in its end */
	uint32_t moment;    /* index of the interval */
	uint32_t blocks;    /* in its end */
};

/* A site that is followed. Between two points it held what it held last. */
struct lr_track {
	struct lr_point *points;
	uint32_t used, room;
	uint32_t frame;  /* in the model */
	uint32_t thread; /* in the model: index plus 1, 0 when they are not told apart */
	uint32_t region; /* the same */
	uint8_t kind;    /* of resources: enum lr_resource */
	bool dropped;    /* fell below the threshold when that rose */
};

/* What its owner keeps of each site. All zero is a site of which nothing was seen. */
struct lr_followed {
	uint64_t low;   /* bytes: the least since the interval began */
	uint32_t epoch; /* the interval in which it last changed */
	uint32_t track; /* index plus 1 */
};

struct lr_history {
	struct lr_moment moments[LR_MOMENTS_MAX + 1];
	size_t used;    /* ended intervals; the one under way has this index */
	uint32_t epoch; /* counts the intervals, never back; from 1 */
	uint64_t event_step, time_step;
	uint64_t next_event, next_time; /* when the interval under way ends */
	uint64_t threshold;             /* bytes */
	struct lr_track *tracks;
	size_t tracks_used, tracks_room;
	size_t points; /* of all tracks */
	size_t points_max;
};

void lr_history_init(struct lr_history *h, uint64_t threshold);
void lr_history_free(struct lr_history *h);

/* Ends the interval under way. Called when next_event or next_time is reached. */
void lr_history_mark(struct lr_history *h, uint64_t time, uint64_t events);

/* To be called before the first change of a site in an interval (f->epoch != h->epoch): it held
 * so many bytes and blocks since its last change. */
void lr_history_note(
	struct lr_history *h, struct lr_followed *f, uint64_t live_bytes, uint64_t live_blocks);
/* No more events: the site holds so much in the end. Then lr_history_mark once more. */
void lr_history_last(
	struct lr_history *h, struct lr_followed *f, uint64_t live_bytes, uint64_t live_blocks);

/* One site's values, one for each of used moments, added to what stands there. */
struct lr_dense {
	double low[LR_MOMENTS_MAX], last[LR_MOMENTS_MAX], blocks[LR_MOMENTS_MAX];
};
void lr_track_add(const struct lr_history *h, const struct lr_track *t, struct lr_dense *to);

#endif
