/* What a run measured, in names alone: no address, no line, nothing of a model. So runs of
 * different builds can be held beside each other, taken together, and kept in a file. Made from a
 * model, or read from a budget file (tools/check/budget.h). Counts are by site, and where they are
 * told apart by program, thread and region too. All texts may come from a dump: whoever prints them
 * makes them safe. */
#ifndef LR_MEASURE_H
#define LR_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/view/leaks.h"

/* name, key in rules and JSON, whether it is bytes, text. Of a part of a run the peak is its share
 * of the moment when all live bytes of its process were most; of several processes the sums. Blocks
 * that are suppressed are in no verdict. */
#define LR_METRICS(X)                                                                              \
	X(ALLOCATIONS, "allocations", false, "allocations")                                        \
	X(BYTES, "bytes", true, "bytes allocated")                                                 \
	X(TEMPORARY, "temporary", false, "temporary allocations")                                  \
	X(PEAK, "peak", true, "bytes at the peak")                                                 \
	X(PEAK_BLOCKS, "peak_blocks", false, "blocks at the peak")                                 \
	X(LIVE, "live", false, "blocks live at the end")                                           \
	X(LIVE_BYTES, "live_bytes", true, "bytes live at the end")                                 \
	X(DEFINITE, "definite", false, "blocks definitely lost")                                   \
	X(DEFINITE_BYTES, "definite_bytes", true, "bytes definitely lost")                         \
	X(INDIRECT, "indirect", false, "blocks indirectly lost")                                   \
	X(INDIRECT_BYTES, "indirect_bytes", true, "bytes indirectly lost")                         \
	X(POSSIBLE, "possible", false, "blocks possibly lost")                                     \
	X(POSSIBLE_BYTES, "possible_bytes", true, "bytes possibly lost")                           \
	X(REACHABLE, "reachable", false, "blocks still reachable")                                 \
	X(REACHABLE_BYTES, "reachable_bytes", true, "bytes still reachable")

#define LR_METRIC_ENUM(name, key, bytes, text) LR_METRIC_##name,
enum lr_metric { LR_METRICS(LR_METRIC_ENUM) LR_METRIC_COUNT };
struct lr_metric_words {
	const char *key, *text;
	bool bytes;
};
extern const struct lr_metric_words lr_metrics[LR_METRIC_COUNT];

struct lr_values {
	uint64_t of[LR_METRIC_COUNT];
};

/* A line of a call path. Paths share their outer ends: they are a tree, so that two sites whose
 * paths are equal have the same innermost frame. */
struct lr_measured_frame {
	const char *function; /* demangled, without a compiler's suffix (.part.0, .constprop.1);
				 "0x1234", the offset in its module, where it has no name */
	const char *module;   /* base name; "" not known */
	const struct lr_measured_frame *outer; /* who calls it; NULL: the last */
	uint32_t depth;                        /* frames from here to the last, with this one */
	bool inlined;                          /* into the outer one; no part of the identity */
	bool passes_on;                        /* hands out memory in its caller's name: xmalloc */
};

/* A function without a name goes by its offset, "0x1234". */
static inline bool lr_measured_is_nameless(const char *function)
{
	return function[0] == '0' && function[1] == 'x';
}

/* A call path: what a site is called from build to build. Two sites with the same path are one. */
struct lr_measured_site {
	/* innermost; ends with main, or a thread's function. Never NULL: a site without a stack has
	 * one frame, "(no stack)". */
	const struct lr_measured_frame *path;
	const struct lr_measured_frame *means; /* of path: whom a person means (sitename.h) */
	/* Of that, as it was in this run; no part of the identity. NULL unknown. */
	const char *file;
	const char *dir; /* what file is relative to; NULL: it is absolute, or not known */
	unsigned line;   /* 0 unknown */
};

/* Counts of one site within one program, thread and region. Verdicts are by site alone: where
 * threads or regions are told apart, they stand in a row with neither. */
struct lr_measured_row {
	uint32_t site, program; /* indices */
	uint32_t thread;        /* index plus 1; 0: threads are not told apart */
	uint32_t region;        /* index plus 1; 0: in none, or regions are not told apart */
	struct lr_values values;
};

struct lr_measured_program {
	const char *name;        /* base name of the executable */
	uint64_t processes;      /* put together here */
	struct lr_values values; /* peaks: sums over the processes */
};

/* Threads of one name, of one program. */
struct lr_measured_thread {
	const char *name; /* "" unknown */
	uint32_t program;
	uint64_t threads;
	struct lr_values values; /* of blocks that these threads allocated */
};

/* A region that was entered by name, with what was allocated in regions within it. */
struct lr_measured_region {
	const char *name; /* "outer/inner" for a nested one */
	uint32_t program;
	uint64_t entries;           /* 0: not known (a region by function names) */
	struct lr_values values;    /* of all entries */
	uint64_t least[2], most[2]; /* of one entry: allocations, bytes */
};

struct lr_measured_finding {
	const char *kind;  /* "leak.definite" .. */
	uint32_t program;  /* index */
	uint32_t site;     /* index plus 1; 0 none */
	unsigned severity; /* enum lr_severity (findings.h): the worst */
	uint64_t count, bytes;
};

/* Of one kind, opened at one site. */
struct lr_measured_resource {
	const char *kind; /* key in JSON: "threads", "timers", "descriptors", "mappings" .. */
	uint32_t program; /* index */
	uint32_t site;    /* index plus 1; 0 none */
	uint64_t created;
	uint64_t open; /* in the end */
	uint64_t peak; /* its share of the moment when its process had most of that kind open */
};

struct lr_measure {
	struct lr_measured_site *sites;
	struct lr_measured_row *rows;
	struct lr_measured_program *programs;
	struct lr_measured_thread *threads;
	struct lr_measured_region *regions;
	struct lr_measured_finding *findings;
	struct lr_measured_resource *resources;
	size_t sites_used, rows_used, programs_used, threads_used, regions_used, findings_used,
		resources_used;
	struct lr_values total;
	const char *command;  /* of the first process; NULL unknown */
	uint64_t duration_us; /* the longest of the processes */
	/* judged: those whose blocks have verdicts, or were gone with an exec. */
	uint64_t processes, judged;
	uint64_t missed;   /* events that the tracer or the reader missed: counts are at least
			    * what they say */
	uint64_t untraced; /* processes of programs that cannot be traced: built with a sanitizer */
	bool damaged;      /* a part of a dump could not be read */
	bool by_thread, by_region;
	bool whole; /* false: read from a file that holds only a part of the sites */
	struct lr_values rest_most;     /* then: the most that any of the others had */
	struct lr_measure_build *build; /* private */
};

/* What is measured of a model. */
struct lr_measure_query {
	/* Filters, scan, suppressions and thresholds; no limits. */
	const struct lr_leak_query *leaks;
	bool by_region; /* the model tells regions apart */
	/* Patterns: where the program has begun no such region, functions are. See
	 * function_regions.h */
	const char *const *regions;
	size_t regions_used;
};

/* An empty one, to be filled: from a dump by lr_measure_add, or text by text by the functions
 * below, which copy what they are given. What of a text is no UTF-8 becomes U+FFFD. */
struct lr_measure *lr_measure_new(void);
void lr_measure_free(struct lr_measure *m);

/* Adds a model whose dumps are of one program; counts of a program that is there already are added
 * up. */
void lr_measure_add(struct lr_measure *m, const struct lr_model *model, struct lr_names *names,
	const struct lr_measure_query *q);

/* A frame, from the last one (outer NULL) inwards. A function that its path has already leads back
 * to that frame, so that a recursion's depth makes no difference. Frames stay where they are. */
const struct lr_measured_frame *lr_measure_frame(struct lr_measure *m,
	const struct lr_measured_frame *outer, const char *function, const char *module,
	bool inlined);
/* The rest return an index, of what there is of that name or else of a new one. file and line: see
 * lr_measured_site. */
uint32_t lr_measure_site(struct lr_measure *m, const struct lr_measured_frame *path,
	const char *file, unsigned line);
uint32_t lr_measure_program(struct lr_measure *m, const char *name);
uint32_t lr_measure_thread(struct lr_measure *m, uint32_t program, const char *name);
uint32_t lr_measure_region(struct lr_measure *m, uint32_t program, const char *name);
/* thread, region, site: index plus 1, or 0. What they return is valid until the next one is added;
 * its numbers are the caller's to add to. */
struct lr_values *lr_measure_row(
	struct lr_measure *m, uint32_t site, uint32_t program, uint32_t thread, uint32_t region);
struct lr_measured_finding *lr_measure_finding(
	struct lr_measure *m, uint32_t program, const char *kind, uint32_t site);
struct lr_measured_resource *lr_measure_resource(
	struct lr_measure *m, uint32_t program, const char *kind, uint32_t site);

void lr_values_add(struct lr_values *to, const struct lr_values *from);

#endif
