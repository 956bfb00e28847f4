/* What is wrong, each with a stable name, its numbers, where it was made, what tells so, and what
 * to do next; what matters most comes first. doc/FINDINGS.md lists the kinds,
 * doc/HOWTO_ADD_FINDING.md tells how to add one. */
#ifndef LR_FINDINGS_H
#define LR_FINDINGS_H

#include "tools/view/leaks.h"
#include "tools/view/pairs.h"

/* name, key in JSON; the greater the worse */
#define LR_SEVERITIES(X)                                                                           \
	X(LOW, "low")                                                                              \
	X(MEDIUM, "medium")                                                                        \
	X(HIGH, "high")
#define LR_SEVERITY_ENUM(name, key) LR_SEVERITY_##name,
enum lr_severity { LR_SEVERITIES(LR_SEVERITY_ENUM) LR_SEVERITY_COUNT };
extern const char *const lr_severity_names[LR_SEVERITY_COUNT];

/* A number that tells more; the key is its name in JSON and carries the unit. */
struct lr_figure {
	const char *key;
	double value; /* whole numbers up to 2^53 are exact */
	bool whole;
};

/* Other stacks than the finding's own: "released", "owned", "reallocated" .. */
struct lr_finding_place {
	const char *what; /* stable, a key in JSON */
	char *text;       /* for people: "64 B in 2 blocks" */
	uint64_t count;
	struct lr_line *stack;
	size_t stack_used, stack_cut;
	size_t stack_main, stack_rest; /* for people: up to main, and how many more */
};

struct lr_finding {
	const char *kind; /* stable: "leak.definite" */
	enum lr_severity severity;
	uint64_t count; /* blocks, timers, threads, descriptors */
	uint64_t bytes;
	uint64_t weight; /* among those of one severity: mostly bytes */
	uint32_t frame;  /* the site's innermost; 0 none */
	const void *of;  /* the producer's own: what explain() needs */
	const struct lr_finding_producer *by;
	/* Of those that are shown. */
	char *title;     /* one line, without the site */
	char **evidence; /* sentences */
	size_t evidence_used, evidence_room;
	struct lr_figure *figures;
	size_t figures_used, figures_room;
	struct lr_finding_place *places;
	size_t places_used, places_room;
	char *next_step; /* a sentence */
	struct lr_line *stack;
	size_t stack_used, stack_cut, stack_main, stack_rest;
};

struct lr_findings {
	struct lr_finding *list; /* sorted */
	size_t used, all;        /* all: before the limit */
	size_t room;
	void **kept; /* by producers */
	size_t kept_used, kept_room;
};

/* What producers look at. */
struct lr_findings_input {
	const struct lr_model *model;
	struct lr_names *names;
	struct lr_leaks *leaks; /* bare: all sites with lost blocks, without the suppressed ones */
	const struct lr_pairs *pairs;     /* where what has a release of its own was made */
	const struct lr_query *sites;     /* whose filters count */
	size_t stack_max;                 /* lines of a stack */
	struct lr_suppressor *suppressor; /* NULL: nothing is suppressed */
	const struct lr_thresholds *thresholds;
};

/* find() adds what there is, cheaply: no names are looked up. explain() says it, of those alone
 * that are shown. */
struct lr_finding_producer {
	void (*find)(struct lr_findings *f, const struct lr_findings_input *in);
	void (*explain)(struct lr_finding *x, const struct lr_findings_input *in);
};

/* For producers. The finding stays where it is until the next one is added. kind, keys and `what`
 * are texts that stay. */
struct lr_finding *lr_finding_add(struct lr_findings *f, const struct lr_finding_producer *by,
	const char *kind, enum lr_severity severity, uint32_t frame);
/* A rule is for findings of that kind (enum lr_suppressible) at the site; that it was used is
 * noted.
 */
bool lr_finding_is_suppressed(
	const struct lr_findings_input *in, uint32_t frame, unsigned kind, uint64_t count);
/* A copy of what explain() needs, that stays as long as the findings. */
const void *lr_findings_keep(struct lr_findings *f, const void *p, size_t size);
__attribute__((format(printf, 2, 3))) void lr_finding_title(
	struct lr_finding *x, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void lr_finding_say(
	struct lr_finding *x, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void lr_finding_next(
	struct lr_finding *x, const char *fmt, ...);
void lr_finding_count(struct lr_finding *x, const char *key, uint64_t value);
void lr_finding_real(struct lr_finding *x, const char *key, double value);
/* Takes over the text. */
void lr_finding_place(struct lr_finding *x, const struct lr_findings_input *in, const char *what,
	uint32_t frame, uint64_t count, char *text);

/* The same of lines that are no stack of the model's; takes them over, too. */
void lr_finding_place_lines(struct lr_finding *x, const char *what, struct lr_line *lines,
	size_t used, uint64_t count, char *text);

/* One row for each: tools/view/findings_NAME.c. */
#define LR_FINDING_PRODUCERS(X)                                                                    \
	X(churn)                                                                                   \
	X(closes)                                                                                  \
	X(fds)                                                                                     \
	X(frees)                                                                                   \
	X(growth)                                                                                  \
	X(heap) X(interior) X(leaks) X(mappings) X(pairs) X(threads) X(timers) X(untouched)
#define LR_FINDING_DECLARE(name) extern const struct lr_finding_producer lr_findings_##name;
LR_FINDING_PRODUCERS(LR_FINDING_DECLARE)

/* The query's filters and limits count; of leaks, those of its classes and scan. leaks: bare, by
 * site, of the same query; NULL: they are made and released here. only: the kinds that begin so;
 * NULL: all. */
struct lr_findings *lr_findings_make(const struct lr_model *m, struct lr_names *names,
	const struct lr_leak_query *q, struct lr_leaks *leaks, const char *only);
void lr_findings_free(struct lr_findings *f);

#endif
