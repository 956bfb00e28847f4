/* What a rule counts in a measure. Pure. */
#ifndef LR_COUNT_H
#define LR_COUNT_H

#include "tools/check/rule.h"

/* Which parts of a measure a rule selects; NULL: all. Region names within a selected one count to
 * it, but are not selected themselves. */
struct lr_selected {
	bool *programs, *threads, *regions, *in_regions, *sites;
	bool nothing; /* there is none that one of its patterns matches */
};

/* was: for each site what the baseline calls it, which patterns may mean, too; NULL entries, or
 * NULL: the same. */
struct lr_selected lr_select(const struct lr_budget_rule *r, const struct lr_measure *m,
	const struct lr_measured_site *const *was);
void lr_selected_free(struct lr_selected *s);

/* Sums stay at the last number. New leaks: see lr_count_sites. */
uint64_t lr_count(
	const struct lr_budget_rule *r, const struct lr_measure *m, const struct lr_selected *s);
/* The same by site: of[] has m->sites_used entries that are zero. False: it cannot be told by site.
 * Of new leaks all leaks are counted. */
bool lr_count_sites(const struct lr_budget_rule *r, const struct lr_measure *m,
	const struct lr_selected *s, uint64_t *of);
/* Of a measure that is not whole: what the sites that it has not may add to lr_count(). */
uint64_t lr_count_rest(const struct lr_budget_rule *r, const struct lr_measure *m);
/* The sentence that says why the measure cannot tell it; NULL: it can. */
const char *lr_count_lacks(const struct lr_budget_rule *r, const struct lr_measure *m);

uint64_t lr_sum(uint64_t a, uint64_t b);

#endif
