/* Where a finding's threads wait: those that stood at the same place, in the same call, are one. */
#ifndef LR_WAIT_PLACES_H
#define LR_WAIT_PLACES_H

#include "tools/view/findings.h"
#include "tools/view/waiting.h"

/* All zero is none. */
struct lr_wait_places {
	struct lr_wait_place *list;
	size_t used, room;
	uint64_t more; /* threads at places beyond the first few hundred */
};

void lr_wait_place(struct lr_wait_places *p, const struct lr_dump *d, const struct lr_waits *w,
	const struct lr_scan_pthread *row);
/* Adds those with most threads to the finding, and forgets all. */
void lr_wait_places_show(
	struct lr_finding *x, const struct lr_findings_input *in, struct lr_wait_places *p);

/* "4 threads". The caller frees it. */
char *lr_threads_text(uint64_t n);

#endif
