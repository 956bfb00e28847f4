/* A run on one screen: totals, how it ended, and what was missed. */
#ifndef LR_SUMMARY_H
#define LR_SUMMARY_H

#include "tools/model/model.h"

/* Something missed, or worth knowing about how complete the numbers are. */
struct lr_coverage_row {
	const char *key;  /* in JSON */
	const char *text; /* "events dropped: ..." */
	uint64_t count;
	bool loss; /* makes the report incomplete; else it is only told */
};

/* One dump: an image of a process. */
struct lr_run_view {
	const char *path;
	const char *program; /* may hold any bytes, as all texts of a dump */
	char *command;       /* arguments, quoted where they need it; NULL unknown */
	char *ended;         /* in words */
	const char *state;   /* finished, unfinished, exec, stopped */
	const char *damage;  /* in words, NULL when the dump is whole */
	uint32_t pid, parent_pid, image;
	const char *origin; /* start, fork, exec */
	bool exit_known;
	uint32_t exit_status; /* where known */
	uint64_t start_real;  /* ns since the epoch, 0 unknown */
	uint64_t duration;    /* microseconds */
	const struct lr_dump *dump;
};

struct lr_resource_view {
	const struct lr_resource_words *words;
	struct lr_resource_total total;
	bool occurs; /* any were created, or open when the dump began */
};

struct lr_summary {
	struct lr_counts total;
	uint64_t reallocations;
	double temporary;   /* share of the allocations */
	uint64_t duration;  /* microseconds: the longest of the runs */
	uint64_t peak_time; /* microseconds since the start; of a single run, else 0 */
	uint64_t rss_peak;  /* bytes, the largest of the runs; 0 unknown */
	uint64_t threads, most_threads;
	uint64_t sites;
	struct lr_resource_view resources[LR_RES_KINDS];
	struct lr_run_view *runs;
	size_t runs_used;
	struct lr_coverage_row *coverage;
	size_t coverage_used;
	bool complete;                     /* nothing was missed */
	bool damaged;                      /* a part of a dump could not be read */
	bool finished;                     /* all dumps have their finish mark */
	const uint64_t *sizes, *lifetimes; /* LR_BUCKETS each */
};

/* The model must outlive it. */
struct lr_summary *lr_summary_make(const struct lr_model *m);
void lr_summary_free(struct lr_summary *s);

#endif
