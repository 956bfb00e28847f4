/* waste.untouched: pages of live blocks that nobody has ever read or written. Sites of all dumps
 * are put together by their frames. */
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"

static struct lr_scan_sum live(const struct lr_scan_site *s)
{
	struct lr_scan_sum sum = {0};
	for (unsigned v = 0; v < LTF_VERDICTS; v++) {
		sum.blocks += s->of[v].blocks;
		sum.bytes += s->of[v].bytes;
	}
	return sum;
}

/* Those with untouched pages: few, so that the rest is not copied. A site that has some in one dump
 * and none in another counts with the former. */
static struct lr_scan_site *gather(const struct lr_leaks *l, size_t *used)
{
	struct lr_scan_site *all = NULL;
	size_t n = 0, room = 0, put = 0;
	for (size_t i = 0; i < l->scans_used; i++) {
		const struct lr_scan *scan = l->scans[i].scan;
		for (size_t k = 0; scan && k < scan->sites_used; k++) {
			if (!scan->sites[k].untouched.bytes)
				continue;
			LR_GROW(all, n, room);
			all[n++] = scan->sites[k];
		}
	}
	if (n)
		qsort(all, n, sizeof(*all), lr_scan_by_site);
	for (size_t i = 0; i < n; i++) {
		if (put && all[put - 1].site == all[i].site)
			lr_scan_site_merge(&all[put - 1], &all[i]);
		else
			all[put++] = all[i];
	}
	*used = put;
	return all;
}

static bool is_wasted(const struct lr_scan_site *s, uint64_t peak, const struct lr_thresholds *t)
{
	uint64_t bytes = s->untouched.bytes;
	return s->site && bytes && bytes >= lr_threshold(t, LR_THRESHOLD_WASTE_UNTOUCHED_BYTES) &&
	       lr_threshold_reached(t, LR_THRESHOLD_WASTE_UNTOUCHED_SHARE, bytes, live(s).bytes) &&
	       lr_threshold_reached(t, LR_THRESHOLD_WASTE_UNTOUCHED_OF_PEAK, bytes, peak);
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	size_t used;
	struct lr_scan_site *sites = gather(in->leaks, &used);
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	for (size_t i = 0; i < used; i++) {
		const struct lr_scan_site *s = &sites[i];
		if (!is_wasted(s, in->model->total.peak_bytes, in->thresholds) ||
			!lr_match_stack(match, s->site, 0))
			continue;
		struct lr_finding *x = lr_finding_add(
			f, &lr_findings_untouched, "waste.untouched", LR_SEVERITY_LOW, s->site);
		x->count = s->untouched.blocks;
		x->bytes = x->weight = s->untouched.bytes;
		x->of = lr_findings_keep(f, s, sizeof(*s));
	}
	lr_match_free(match);
	free(sites);
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct lr_scan_site *s = x->of;
	struct lr_scan_sum all = live(s);
	uint64_t touched = all.bytes - s->untouched.bytes;
	(void)in;
	lr_finding_title(x, "%s never touched, of %s in %s block%s",
		lr_show_bytes(s->untouched.bytes).text, lr_show_bytes(all.bytes).text,
		lr_show_count(all.blocks).text, all.blocks == 1 ? "" : "s");
	lr_finding_say(x, "%s lie in pages that were read or written up to the scan",
		lr_show_bytes(touched).text);
	lr_finding_count(x, "asked_bytes", all.bytes);
	lr_finding_count(x, "asked_blocks", all.blocks);
	lr_finding_count(x, "touched_bytes", touched);
	lr_finding_next(x, "ask for what is used, or begin small and grow as needed");
}

const struct lr_finding_producer lr_findings_untouched = {.find = find, .explain = explain};
