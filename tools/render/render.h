/* A report, printed. Renderers lay out what the views have worked out; they neither sort nor
 * filter nor compute. All texts may come from the dump: each renderer makes them safe. */
#ifndef LR_RENDER_H
#define LR_RENDER_H

#include <stdio.h>
#include "tools/check/check.h"
#include "tools/check/errors.h"
#include "tools/check/verdicts.h"
#include "tools/view/changes.h"
#include "tools/view/details.h"
#include "tools/view/findings.h"
#include "tools/view/holders.h"
#include "tools/view/regions.h"
#include "tools/view/resources.h"
#include "tools/view/rulesfor.h"
#include "tools/view/sources.h"
#include "tools/view/growth.h"
#include "tools/view/summary.h"
#include "tools/view/table.h"
#include "tools/view/unreachable.h"
#include "tools/view/why.h"

/* What was live at two moments; with two dumps, each has one. */
struct lr_diff {
	uint64_t moment[2];            /* microseconds; UINT64_MAX is the end */
	const struct lr_mark *mark[2]; /* that the moments are; NULL: they are times */
	const struct lr_table *table;
	const struct lr_resources_view *resources;
};

/* Parts that are NULL are left out. Of changes there is no summary. */
struct lr_report {
	const char *command;
	const struct lr_summary *summary;
	bool headline; /* the summary is what was asked for; else it is only told briefly */
	const struct lr_table *table;
	const struct lr_leaks *leaks;
	const struct lr_findings *findings;
	const struct lr_details *details;
	const struct lr_resources_view *resources;
	const struct lr_regions_view *regions;
	const struct lr_why *why;
	const struct lr_holders_view *holders;
	const struct lr_growth_view *growth;
	const struct lr_unreachable *unreachable; /* with growth */
	const struct lr_diff *diff;
	const struct lr_changes *changes;
	const struct lr_errors *errors;
	const struct lr_check *check;     /* by itself: the summary is NULL */
	bool brief;                       /* of a check that passed one line is enough */
	const struct lr_sources *sources; /* with check or errors; NULL: no file is among them */
	const struct lr_rules *rules;     /* how they were used */
	bool rules_given;                 /* not only those that are built in */
	const struct lr_thresholds *thresholds; /* those that were changed are told */
};

struct lr_style {
	bool color;
};

/* name, text. Those of the second list are for outcomes alone: a report with check or errors;
 * Markdown also for one with changes. */
#define LR_FORMATS(X)                                                                              \
	X(text, "for people")                                                                      \
	X(json, "for programs; see the JSON Schema")                                               \
	LR_OUTCOME_FORMATS(X)
#define LR_OUTCOME_FORMATS(X)                                                                      \
	X(tap, "Test Anything Protocol")                                                           \
	X(junit, "JUnit XML")                                                                      \
	X(sarif, "SARIF 2.1.0, for code scanning")                                                 \
	X(github, "annotations of GitHub Actions")                                                 \
	X(markdown, "a summary for a pull request")

typedef void lr_renderer(FILE *f, const struct lr_report *r, const struct lr_style *style);
#define LR_FORMAT_RENDER(name, text) lr_renderer lr_render_##name;
LR_FORMATS(LR_FORMAT_RENDER)

#define LR_FORMAT_ENUM(name, text) LR_FORMAT_##name,
enum lr_format_choice { LR_FORMATS(LR_FORMAT_ENUM) LR_FORMAT_COUNT };
struct lr_format_row {
	const char *name, *text;
	lr_renderer *render;
};
/* In the order of enum lr_format_choice. */
extern const struct lr_format_row lr_formats[LR_FORMAT_COUNT];

/* As a file of suppressions. */
void lr_render_rules(FILE *f, const struct lr_new_rules *rules);

/* The table's sites as collapsed stacks: a line each, root first, frames parted by semicolons, then
 * a space and the value. */
void lr_render_collapsed(FILE *f, const struct lr_table *t);

/* What did not pass, and how many there are. */
void lr_render_verdicts(FILE *f, const struct lr_verdicts *all);

#endif
