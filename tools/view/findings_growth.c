/* growth.unbounded: one for each site that grows without end, in each dump. */
#include <math.h>
#include <stdio.h>
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/growth.h"

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_query q = *in->sites;
	q.group = LR_GROUP_SITE;
	q.limit = 0;
	struct lr_trend_settings settings = lr_growth_settings(in->thresholds);
	struct lr_growth_view *v = lr_growth_make(in->model, in->names, &q, &settings);
	for (size_t i = 0; i < v->of_kind[LR_TREND_GROWING]; i++) { /* they come first */
		const struct lr_growth_row *r = &v->rows[i];
		struct lr_finding *x = lr_finding_add(
			f, &lr_findings_growth, "growth.unbounded", LR_SEVERITY_HIGH, r->frame);
		x->count = r->live_blocks;
		x->bytes = r->live_bytes;
		x->weight = (uint64_t)r->growth.grown;
		x->of = lr_findings_keep(f, r, sizeof(*r));
	}
	lr_growth_free(v);
}

static struct lr_short rate(double v)
{
	struct lr_short out;
	if (v < 1024)
		snprintf(out.text, sizeof(out.text), "%.*f B", v < 9.995 ? 2 : 0, v);
	else
		out = lr_show_bytes((uint64_t)v);
	return out;
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct lr_growth_row *r = x->of;
	const struct lr_growth *g = &r->growth;
	(void)in;
	if (g->timed)
		lr_finding_title(x, "grows without end: by %s a second, %s for each allocation",
			rate(g->per_second).text, rate(g->per_event).text);
	else
		lr_finding_title(
			x, "grows without end: by %s for each allocation", rate(g->per_event).text);
	lr_finding_say(x, "%s more than when the program had settled; it held %s in %s blocks",
		lr_show_bytes((uint64_t)g->grown).text, lr_show_bytes(r->live_bytes).text,
		lr_show_count(r->live_blocks).text);
	lr_finding_say(x, "it rose up to the end, %s %.2f %%",
		g->events.by_block ? "a few blocks that were enlarged again and again, with a "
				     "confidence of"
				   : "with a confidence of",
		floor(g->confidence * 1e4) / 100);
	lr_finding_next(x, "see how it grows: leakreport growth DUMP, and who holds it: leakreport "
			   "why DUMP; then give it a limit, or release what is done with");
	if (g->timed)
		lr_finding_real(x, "bytes_per_second", g->per_second);
	lr_finding_real(x, "bytes_per_allocation", g->per_event);
	lr_finding_count(x, "grown_bytes", (uint64_t)g->grown);
	lr_finding_real(x, "confidence", g->confidence);
}

const struct lr_finding_producer lr_findings_growth = {.find = find, .explain = explain};
