/* What a scan has judged, by class and site: what is lost, what is kept, what is nobody's business.
 * Of several dumps (a tree of processes) all are put together, each with one scan. */
#ifndef LR_LEAKS_H
#define LR_LEAKS_H

#include "tools/view/suppress.h"
#include "tools/view/table.h"
#include "tools/view/thresholds.h"

/* name, its option's value and key in JSON, text. In the order of a report. */
#define LR_LEAK_CLASSES(X)                                                                         \
	X(DEFINITE, "definite", "definitely lost")                                                 \
	X(POSSIBLE, "possible", "possibly lost")                                                   \
	X(INDIRECT, "indirect", "indirectly lost")                                                 \
	X(REACHABLE, "reachable", "still reachable")                                               \
	X(SUPPRESSED, "suppressed", "suppressed")                                                  \
	X(UNJUDGED, "not_judged", "not judged")

#define LR_LEAK_ENUM(name, key, text) LR_LEAK_##name,
enum lr_leak_class { LR_LEAK_CLASSES(LR_LEAK_ENUM) LR_LEAK_CLASS_COUNT };
extern const char *const lr_leak_keys[LR_LEAK_CLASS_COUNT];
extern const char *const lr_leak_texts[LR_LEAK_CLASS_COUNT];

/* What definite blocks of a row own, of one site. */
struct lr_leak_owned {
	struct lr_scan_sum sum;
	uint32_t frame;
	struct lr_line *stack;
	size_t stack_used, stack_cut;
};

/* Where other blocks of the row's site were released. */
struct lr_leak_release {
	uint64_t count; /* of releases whose stacks were recorded */
	uint32_t frame;
	struct lr_line *stack;
	size_t stack_used, stack_cut;
};

struct lr_leak_row {
	enum lr_leak_class class;
	const char *name; /* of the group; of a site that of its innermost function */
	char *title;      /* "48 bytes in 2 blocks still reachable" */
	struct lr_scan_sum sum;
	struct lr_scan_sum owned;     /* DEFINITE: what only these lead to */
	uint64_t cycles;              /* of its blocks: first ones of a cycle */
	struct lr_scan_sum in_cycles; /* those, and what they own */
	const char *by;               /* SUPPRESSED: the rule */
	uint64_t sites;               /* put together here */
	/* Of a site alone, where rows are sites: */
	uint32_t frame; /* the innermost */
	uint64_t addr;  /* of one of the blocks; 0 unknown */
	uint64_t allocations, frees;
	struct lr_line *stack;
	size_t stack_used, stack_cut;
	size_t stack_main, stack_rest; /* for people: up to main, and how many more */
	struct lr_leak_owned *owns;    /* by bytes, the first few */
	size_t owns_used, owns_all;
	struct lr_leak_release *releases; /* by count, the first few */
	size_t releases_used;
};

/* A dump's scan that is shown. */
struct lr_leak_scan {
	const struct lr_dump *dump;
	const struct lr_scan *scan; /* NULL: the dump has none (of that number) */
	const char *reason;         /* "at exit" .. */
	const char *why_none;       /* in words, where it has none */
	bool doubtful;              /* its lost blocks count as possible */
};

struct lr_leaks {
	struct lr_scan_sum of[LR_LEAK_CLASS_COUNT]; /* all that the query's filters leave */
	struct lr_scan_sum inherited;               /* not among these */
	struct lr_leak_row *rows; /* by class, then by bytes; those of the chosen classes */
	size_t used, all_rows;    /* before the limit */
	size_t told;              /* so many of the first rows are findings, where rows are sites */
	struct lr_leak_scan *scans; /* one for each dump */
	size_t scans_used;
	size_t judged;   /* dumps that have one */
	size_t doubtful; /* of these */
	uint64_t cut;    /* scans of which the reporter left out a part: its limits were reached */
	enum lr_group group;
	unsigned classes; /* a set of 1 << enum lr_leak_class: those that rows are shown of */
};

struct lr_leak_query {
	const struct lr_query *sites;     /* which sites, grouped how (not by thread), how many */
	unsigned classes;                 /* which rows, a set; sums are of all */
	uint32_t scan;                    /* a number, or LR_SCANS_LAST */
	struct lr_suppressor *suppressor; /* NULL: nothing is suppressed */
	const struct lr_thresholds *thresholds; /* of findings; NULL: the defaults */
	bool bare; /* all rows, without names and stacks: lr_leaks_show() gives them theirs */
};
#define LR_LEAK_DEFAULT (1u << LR_LEAK_DEFINITE | 1u << LR_LEAK_POSSIBLE | 1u << LR_LEAK_UNJUDGED)

/* Names must outlive it. */
struct lr_leaks *lr_leaks_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_leak_query *q);
/* The same, bare and by site, whatever the query says. */
struct lr_leaks *lr_leaks_bare(
	const struct lr_model *m, struct lr_names *names, const struct lr_leak_query *q);
/* "1,048 bytes in 2 blocks". The caller frees it. */
char *lr_leak_amount(const struct lr_scan_sum *sum);
/* Of bare ones: cuts the rows to the query's limit, and gives each its names and stacks. */
void lr_leaks_show(struct lr_leaks *l, const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q);
void lr_leaks_free(struct lr_leaks *l);

#endif
