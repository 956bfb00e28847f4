/* What the views look at: one or several dumps, with modules known by build-id and path, frames by
 * module and offset, and sites by frames, so that what is the same in several dumps is one. */
#ifndef LR_MODEL_H
#define LR_MODEL_H

#include "tools/model/scan.h"
#include "tools/model/tally.h"
#include "tools/source.h"

struct lr_module {
	char *path; /* "" unknown */
	uint8_t *build_id;
	uint32_t build_id_len; /* bytes, 0 none */
	uint32_t next;         /* of the same hash: index plus 1 */
	uint32_t dumps, loads;
};

/* A frame in the tree of stacks. frames[0] is the root; what has it as its site has no stack. */
struct lr_frame {
	uint64_t offset; /* in the module's file; the raw address where module is 0 */
	uint32_t parent; /* index, nearer to the root */
	uint32_t module; /* index plus 1, 0 unknown */
	uint32_t flags;  /* LTF_NODE_* */
	uint32_t next;   /* of the same hash: index plus 1 */
};

struct lr_site {
	struct lr_counts counts;
	/* Of counts.live_..: blocks of dumps in which no scan has judged them. */
	uint64_t unjudged_blocks, unjudged_bytes;
	uint32_t frame;         /* the innermost */
	uint32_t thread;        /* index in threads plus 1; 0 when they are not told apart */
	uint32_t region;        /* index in regions plus 1; 0 outside, or not told apart */
	uint8_t apis;           /* 1 << enum ltf_api for each by which its blocks were handed out */
	struct lr_held held[2]; /* at the selection's two moments */
	struct lr_churn churn;
};

/* Where blocks of a site were released, as far as stacks of releases were recorded. */
struct lr_release {
	uint64_t count;
	uint32_t frame; /* the site's innermost */
	uint32_t at;    /* the release's innermost */
};

/* A region that programs of one name have entered, within the ones around it. */
struct lr_region {
	char *name;      /* its own; where the dump gives none: "region 7" */
	char *path;      /* "outer/inner" */
	uint32_t parent; /* index plus 1; 0 none; always of one that stands before */
	uint32_t dump;   /* index of the first one that has it: its program is meant */
	uint32_t depth;  /* regions around it */
	uint32_t next;   /* of the same hash: index plus 1 */
};

/* What entries of a region came to. */
struct lr_region_entries {
	uint32_t region; /* index */
	uint32_t thread; /* index in threads plus 1; 0 when they are not told apart */
	struct lr_entries of;
};

/* A moment that the program has named. */
struct lr_mark {
	char *name;
	struct lr_region_mark at;
};

struct lr_thread {
	char *name;    /* what the program calls it, else the kernel; NULL unknown */
	uint32_t dump; /* index */
	uint32_t id, tid;
	bool ended;
	uint64_t first, last; /* microseconds since its dump's start */
	uint64_t allocations, frees, allocated_bytes, temporary;
};

/* Resources of one kind opened at one place. Of several dumps: sums, peaks too. */
struct lr_resource_site {
	uint64_t created, released, open, open_bytes;
	uint64_t lost;                   /* gone, and no release was seen */
	uint64_t peak_open, peak_time;   /* its own; microseconds */
	uint64_t at_peak, at_peak_bytes; /* open when those of its kind were most */
	uint64_t first_time, last_time;  /* microseconds: of creations */
	struct lr_held held[2];          /* open at the selection's two moments */
	uint32_t frame;
	uint32_t thread; /* index in threads plus 1; 0 when they are not told apart */
	uint8_t kind;    /* enum lr_resource */
};

/* Where resources of a site were released, as far as that was recorded. */
struct lr_resource_release_site {
	uint64_t count;
	uint32_t resource; /* index in resources */
	uint32_t at;       /* the release's innermost frame */
};

/* A module, where it was loaded. */
struct lr_load {
	uint64_t bias, start, end; /* addresses start to end - 1 */
	uint32_t module;           /* index plus 1 */
	bool unloaded;
};

struct lr_dump {
	char *path;
	struct ltf_header header;
	struct lr_source_status status;
	struct lr_counts total;
	struct lr_missed missed;
	struct lr_meta *meta;
	size_t meta_used;
	uint64_t peak_time, duration; /* microseconds */
	struct lr_series live, rss;
	uint64_t rss_peak; /* bytes */
	struct lr_history history;
	uint32_t whole; /* the track of all sites together: index plus 1, 0 none */
	uint64_t threads, most_threads;
	uint64_t modules, nodes;
	struct lr_scans scans;               /* placed: sites are frames */
	struct lr_resource_total *resources; /* LR_RES_KINDS of them */
	struct lr_history resource_history;  /* its tracks have a kind */
	struct lr_open_at *open_at;          /* in order of the scans, the end last */
	size_t open_at_used;
	struct lr_load *loads; /* in order of time */
	size_t loads_used;
	struct lr_mark *marks; /* in order */
	size_t marks_used;
	uint32_t mark[2];                /* as the selection has it */
	struct lr_unbalanced unbalanced; /* where regions are told apart */
};

struct lr_model {
	struct lr_counts total; /* of several dumps: their sums, peaks too */
	uint64_t reallocations;
	uint64_t api[LTF_API_COUNT];
	uint64_t sizes[LR_BUCKETS], lifetimes[LR_BUCKETS];
	struct lr_missed missed;
	struct lr_dump *dumps;
	size_t dumps_used, dumps_room;
	struct lr_module *modules;
	size_t modules_used, modules_room;
	struct lr_frame *frames;
	size_t frames_used, frames_room;
	struct lr_site *sites;
	size_t sites_used, sites_room;
	struct lr_release *releases;
	size_t releases_used, releases_room;
	struct lr_thread *threads;
	size_t threads_used, threads_room;
	struct lr_region *regions; /* where they are told apart */
	size_t regions_used, regions_room;
	struct lr_region_entries *entries; /* each of one dump */
	size_t entries_used, entries_room;
	struct lr_wrongs wrongs; /* their sites are frames */
	struct lr_fd_wrongs fd_wrongs;
	struct lr_resource_site *resources;
	size_t resources_used, resources_room;
	struct lr_resource_release_site *resource_releases;
	size_t resource_releases_used, resource_releases_room;
	/* private */
	struct lr_map module_of, frame_of, site_of, release_of, resource_of, resource_release_of,
		region_of;
};

struct lr_model *lr_model_new(void);
void lr_model_free(struct lr_model *m);

/* Adds a replayed dump. Takes the tally's texts and the source's scans over: they are only good for
 * freeing afterwards. */
void lr_model_add(
	struct lr_model *m, const char *path, struct lr_source *source, struct lr_tally *tally);

/* All of one kind, of all dumps: sums, peaks too. */
struct lr_resource_total lr_model_resource_total(const struct lr_model *m, unsigned kind);
/* What was open in the dump at the scan of that number, or at the end (LR_OPEN_END); NULL: not
 * known. */
const struct lr_open_at *lr_dump_open_at(const struct lr_dump *d, uint32_t scan);

/* The module of that path is the tracer itself. */
bool lr_module_is_tracer(const char *path);

/* The value of a metadata key, NULL when the dump has none; *len (may be NULL) is its length. */
const char *lr_dump_meta(const struct lr_dump *d, const char *key, size_t *len);

/* True when something of the dump could not be read. */
static inline bool lr_dump_damaged(const struct lr_dump *d)
{
	return d->status.damage.text[0] != 0;
}

#endif
