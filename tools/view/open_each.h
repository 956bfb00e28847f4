/* Goes through what was open when the dumps ended (or at the scan that was asked for), for findings
 * of resources: one finding for each site. */
#ifndef LR_OPEN_EACH_H
#define LR_OPEN_EACH_H

#include "tools/util/map.h"
#include "tools/view/findings.h"

/* Sites that read the same, line by line, are one: a compiler makes several of a loop. All zero is
 * none. */
struct lr_open_sites {
	struct lr_map of_frame, of_lines; /* index plus 1 */
	uint32_t *frames;                 /* of the first of each */
	size_t used, room;
};
void lr_open_sites_free(struct lr_open_sites *s);
/* Index of the site. */
size_t lr_open_site(struct lr_open_sites *s, const struct lr_findings_input *in, uint32_t frame);

/* Zero but for what is asked for. */
struct lr_open_each {
	const struct lr_findings_input *in;
	struct lr_open_sites *sites;
	unsigned kind;
	uint32_t frame; /* of one site alone; 0 all */
	/* The current one, its site, and the moment that it was open at. */
	const struct lr_open_resource *res;
	size_t site;
	const struct lr_leak_scan *moment;
	uint64_t end; /* of that, microseconds */
	/* private */
	size_t dump, next;
};

/* False: there are no more. What was inherited is left out. */
bool lr_open_next(struct lr_open_each *e);

/* Whether the scan is of a moment when the resource was there already. */
bool lr_open_seen(const struct lr_open_each *e);

#endif
