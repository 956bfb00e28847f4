/* The options of leakreport: one table, from which parsing and --help are made. */
#ifndef LR_OPTIONS_H
#define LR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "tools/model/resources.h"
#include "tools/view/thresholds.h"

enum { LR_LIST_MAX = 256 }; /* times that an option may be given */
enum lr_color_choice { LR_COLOR_AUTO, LR_COLOR_ALWAYS, LR_COLOR_NEVER };

struct lr_options {
	int format;            /* enum lr_format_choice */
	int color;             /* enum lr_color_choice */
	int debuginfod;        /* 0 off, 1 on */
	int group;             /* enum lr_group */
	int sort;              /* enum lr_sort; -1: the command's own */
	uint64_t limit, stack; /* UINT64_MAX: the command's own */
	const char *function, *file, *module, *thread;
	const char *region;
	bool by_region;              /* set by the command: regions are told apart */
	uint64_t min_size, max_size; /* bytes */
	uint64_t from, to;           /* microseconds */
	uint64_t moments[2];         /* microseconds */
	const char *marks[2];        /* in place of from and to, or of the moments; NULL not */
	bool moments_wanted;         /* set by the command */
	struct lr_thresholds thresholds;
	const char *dumps_from; /* NULL: not given */
	const char *sysroot;
	const char *debug_dirs[LR_LIST_MAX];
	size_t debug_dirs_used;
	const char *source_dirs[LR_LIST_MAX];
	size_t source_dirs_used;
	bool no_symbol_cache;
	unsigned kinds;               /* a set of 1 << enum lr_leak_class; 0: the command's own */
	uint64_t scan;                /* a number; 0: the last */
	bool resources[LR_RES_KINDS]; /* which kinds; only where resources_given */
	bool resources_given;
	bool all, open;
	int resource_sort; /* enum lr_resource_sort */
	int region_sort;   /* enum lr_region_sort */
	uint32_t at;       /* LR_OPEN_END, LR_SCANS_LAST, or a scan's number */
	const char *suppressions[LR_LIST_MAX];
	size_t suppressions_used;
	bool no_default_suppressions;
	const char *errors_for;                 /* NULL: the default */
	int rule_form;                          /* enum lr_rule_form */
	const char *budget, *baseline, *output; /* files; NULL: not given */
	const char *held_to[LR_LIST_MAX];       /* rules of a check */
	size_t held_to_used;
	const char *writes[LR_LIST_MAX]; /* FORMAT:FILE */
	size_t writes_used;
	bool tighten, repeated, brief, validate;
};

/* Which options a command has. */
enum {
	LR_OPT_FORMAT = 1,
	LR_OPT_GROUP = 2, /* group and sort */
	LR_OPT_LIMIT = 4,
	LR_OPT_SELECT = 8, /* the filters */
	LR_OPT_NAMES = 16, /* how names are found */
	LR_OPT_SORT = 32,
	LR_OPT_SPAN = 64,     /* blocks of a part of the run */
	LR_OPT_SIZES = 32768, /* blocks of some sizes */
	LR_OPT_RESOURCES = 65536,
	LR_OPT_RESOURCE_SORT = 131072, /* in place of LR_OPT_SORT and LR_OPT_KINDS */
	LR_OPT_REGION_SORT = 1 << 24,  /* the same */
	LR_OPT_CHANGES = 1 << 25,      /* in place of LR_OPT_FORMAT: Markdown, too */
	LR_OPT_ALL = 127 | LR_OPT_SIZES,
	LR_OPT_SCAN = 128, /* which scan of the live memory */
	LR_OPT_KINDS = 256,
	LR_OPT_GROWTH = 512,
	LR_OPT_SUPPRESS = 1024,
	LR_OPT_ERRORS = 2048,
	LR_OPT_RULES = 4096,
	LR_OPT_THRESHOLDS = 16384,
	LR_OPT_SOURCES = 262144,  /* where the sources are */
	LR_OPT_OUTCOMES = 524288, /* in place of LR_OPT_FORMAT: all formats */
	LR_OPT_CHECK = 1 << 20,
	LR_OPT_BASELINE = 1 << 21,
	LR_OPT_HELD = 1 << 22, /* what both have */
	LR_OPT_EVERY = 8191 | LR_OPT_THRESHOLDS | LR_OPT_SIZES | LR_OPT_RESOURCES | LR_OPT_SOURCES |
		       LR_OPT_OUTCOMES | LR_OPT_CHECK | LR_OPT_BASELINE | LR_OPT_HELD,
	LR_OPT_MOMENTS = 8192 /* in place of LR_OPT_SPAN: two moments */
};

enum lr_parsed {
	LR_PARSED_RUN,
	LR_PARSED_HELP,
	LR_PARSED_VERSION,
	LR_PARSED_THRESHOLDS,
	LR_PARSED_WRONG
};

/* Reads argv[1..) into *o; which says what options there are. *rest is the index in argv of the
 * first argument that is no option (they are moved to the end). On a wrong option it has said so
 * on stderr in one line. */
enum lr_parsed lr_options_parse(
	struct lr_options *o, unsigned which, int argc, char **argv, int *rest);
/* A line for each option that is there. */
void lr_options_help(FILE *f, unsigned which);
/* A line for each threshold: name, default, what must be so. */
void lr_options_thresholds(FILE *f);

#endif
