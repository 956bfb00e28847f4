/* What a dump may make the reporter remember. Real dumps stay far below; beyond a limit things are
 * counted instead of kept, and the report says so. */
#ifndef LR_LIMITS_H
#define LR_LIMITS_H

#include <stddef.h>

struct lr_limits {
	size_t live_blocks; /* blocks that are live at one time */
	size_t nodes;       /* frames of the stack tree */
	size_t cells;       /* sites, or sites times threads and regions */
	size_t threads;
	size_t modules;
	size_t regions;   /* paths of regions; marks */
	size_t resources; /* open timers, threads and mappings at one time */
	size_t pending;   /* events that wait for those before them */
	size_t blocks;    /* ring blocks of which a part was seen */
	size_t meta;      /* bytes of metadata and names */
	size_t scans;
	size_t scan_blocks; /* of scans, at one time */
	size_t graph;       /* bytes of what points to what in a scan */
};

extern const struct lr_limits lr_limits_default;

#endif
