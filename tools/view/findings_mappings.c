/* mapping.unreleased: mappings of the program's own to which nothing points any more, or of which
 * there are ever more. segment.unremoved: shared memory that stays when the process has gone. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/mapped.h"
#include "tools/view/match.h"
#include "tools/view/open_each.h"
#include "tools/view/rising.h"

enum { NAMES = 3 };

struct mappings {
	uint64_t open, open_bytes;                /* in the end */
	uint64_t lost, lost_bytes, lost_resident; /* nothing points to them */
	uint64_t early_bytes;                     /* so, while the program still ran */
	uint32_t resource;                        /* of the model, plus 1, if there are ever more */
	struct lr_rising rising;
};

/* What the scan has found where the mapping lies: a row that tells that nothing points to it; NULL:
 * something does, or it is not known. resident: bytes, added. */
static const struct lr_scan_map *lost_row(const struct lr_open_each *e, uint64_t *resident)
{
	enum { NOT = LTF_MAPS_HELD | LTF_MAPS_NOT_JUDGED | LTF_MAPS_BLOCKS };
	const struct lr_scan *s = e->moment->scan;
	const struct lr_scan_map *first = NULL;
	uint64_t end = e->res->handle + e->res->length;
	if (!s || s->cut || lr_scan_doubtful(s) || !lr_open_seen(e))
		return NULL;
	for (size_t i = lr_mapped_first(s, e->res->handle);
		i < s->maps_used && s->maps[i].start < end; i++) {
		const struct lr_scan_map *m = &s->maps[i];
		if (m->kind != LTF_MAPPING_OWN || m->flags & NOT)
			return NULL;
		*resident += m->resident;
		first = first ? first : m;
	}
	return first;
}

struct gathered {
	struct lr_open_sites sites;
	struct mappings *list; /* by site */
	size_t used, room;
	struct lr_map pieces; /* of those that are in pieces: which were counted */
};

static struct mappings *of_site(struct gathered *g, size_t site)
{
	while (g->used <= site) {
		LR_GROW(g->list, g->used, g->room);
		g->list[g->used++] = (struct mappings){.open = 0};
	}
	return &g->list[site];
}

static void gather(struct gathered *g, const struct lr_findings_input *in)
{
	struct lr_open_each e = {.in = in, .sites = &g->sites, .kind = LR_RES_MAPPING};
	while (lr_open_next(&e)) {
		struct mappings *m = of_site(g, e.site);
		uint64_t resident = 0;
		bool fresh = true;
		uint64_t key =
			(uint64_t)(e.moment - in->leaks->scans) << 32 | e.res->mapping.piece_of;
		if (e.res->mapping.piece_of)
			lr_map_put(&g->pieces, key, &fresh);
		m->open += fresh;
		m->open_bytes += e.res->length;
		if (!lost_row(&e, &resident))
			continue;
		m->lost += fresh;
		m->lost_bytes += e.res->length;
		m->lost_resident += resident;
		if (e.moment->scan->figure[LTF_SCAN_REASON] != LTF_SCAN_AT_EXIT)
			m->early_bytes += e.res->length;
	}
}

static void gather_rising(struct gathered *g, const struct lr_findings_input *in)
{
	const struct lr_rising_settings settings = {
		.least = in->thresholds->of[LR_THRESHOLD_MAPPING_UNRELEASED_RISING],
		.confidence = in->thresholds->of[LR_THRESHOLD_MAPPING_UNRELEASED_CONFIDENCE]};
	struct lr_rising_sites rising;
	lr_rising_make(in->model, LR_RES_MAPPING, &settings, &rising);
	for (size_t i = 0; i < rising.used; i++) {
		const struct lr_rising_site *s = &rising.list[i];
		if (!s->frame)
			continue;
		struct mappings *m = of_site(g, lr_open_site(&g->sites, in, s->frame));
		m->resource = s->resource + 1;
		m->rising = s->rising;
	}
	lr_rising_free(&rising);
}

/* A few that the program lets go of as it ends cost nobody anything. */
static enum lr_severity severity_of(const struct mappings *m, const struct lr_thresholds *t)
{
	if (m->resource && m->lost)
		return LR_SEVERITY_HIGH;
	if (m->resource || m->lost >= lr_threshold(t, LR_THRESHOLD_MAPPING_UNRELEASED_MANY) ||
		m->early_bytes >= lr_threshold(t, LR_THRESHOLD_MAPPING_UNRELEASED_BYTES))
		return LR_SEVERITY_MEDIUM;
	return LR_SEVERITY_LOW;
}

static void find_mappings(
	struct lr_findings *f, const struct lr_findings_input *in, struct lr_match *match)
{
	uint64_t least = lr_threshold(in->thresholds, LR_THRESHOLD_MAPPING_UNRELEASED_COUNT);
	struct gathered g = {.used = 0};
	gather(&g, in);
	gather_rising(&g, in);
	for (size_t i = 0; i < g.used; i++) {
		const struct mappings *m = &g.list[i];
		uint32_t frame = g.sites.frames[i];
		if ((m->lost < least && !m->resource) || !lr_match_stack(match, frame, 0))
			continue;
		struct lr_finding *x = lr_finding_add(f, &lr_findings_mappings,
			"mapping.unreleased", severity_of(m, in->thresholds), frame);
		x->count = m->resource ? m->open : m->lost;
		x->bytes = x->weight = m->resource ? m->open_bytes : m->lost_bytes;
		x->of = lr_findings_keep(f, m, sizeof(*m));
	}
	lr_map_free(&g.pieces);
	lr_open_sites_free(&g.sites);
	free(g.list);
}

/* Another process of the run may have removed it: no dump says which. */
static bool removed_elsewhere(const struct lr_model *m)
{
	struct lr_resource_total t = lr_model_resource_total(m, LR_RES_SEGMENT);
	return t.unknown_releases || t.inherited_releases;
}

static void find_segments(
	struct lr_findings *f, const struct lr_findings_input *in, struct lr_match *match)
{
	struct gathered g = {.used = 0};
	struct lr_open_each e = {.in = in, .sites = &g.sites, .kind = LR_RES_SEGMENT};
	while (!removed_elsewhere(in->model) && lr_open_next(&e)) {
		struct mappings *m = of_site(&g, e.site);
		const struct ltf_header *h = &e.moment->dump->header;
		bool goes_on = h->state == LTF_STATE_EXEC || h->state == LTF_STATE_RUNNING;
		m->open += !goes_on;
		m->open_bytes += goes_on ? 0 : e.res->length;
	}
	for (size_t i = 0; i < g.used; i++) {
		const struct mappings *m = &g.list[i];
		uint32_t frame = g.sites.frames[i];
		if (m->open < lr_threshold(in->thresholds, LR_THRESHOLD_SEGMENT_UNREMOVED_COUNT) ||
			!m->open || !lr_match_stack(match, frame, 0))
			continue;
		struct lr_finding *x = lr_finding_add(
			f, &lr_findings_mappings, "segment.unremoved", LR_SEVERITY_MEDIUM, frame);
		x->count = m->open;
		x->bytes = x->weight = m->open_bytes;
		x->of = lr_findings_keep(f, m, sizeof(*m));
	}
	lr_open_sites_free(&g.sites);
	free(g.list);
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	find_mappings(f, in, match);
	find_segments(f, in, match);
	lr_match_free(match);
}

/* The names of the first few lost ones, each once. */
static void say_what(struct lr_finding *x, const struct lr_findings_input *in)
{
	struct lr_open_sites sites = {.used = 0};
	struct lr_open_each e = {
		.in = in, .sites = &sites, .kind = LR_RES_MAPPING, .frame = x->frame};
	const char *names[NAMES];
	size_t used = 0, more = 0;
	while (lr_open_next(&e)) {
		uint64_t resident = 0;
		const struct lr_scan_map *row = lost_row(&e, &resident);
		const char *name = row ? lr_scan_text(e.moment->scan, row->name) : "";
		bool known = !*name;
		for (size_t i = 0; i < used; i++)
			known |= strcmp(names[i], name) == 0;
		if (!known && used < NAMES)
			names[used++] = name;
		else
			more += !known;
	}
	for (size_t i = 0; i < used; i++)
		lr_finding_say(x, "of %s%s", names[i], i + 1 == used && more ? ", and others" : "");
	lr_open_sites_free(&sites);
}

static void explain_mappings(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct mappings *m = x->of;
	const struct lr_rising *g = &m->rising;
	const char *s = x->count == 1 ? "" : "s";
	if (m->resource)
		lr_finding_title(x, "%s mapping%s not unmapped, and ever more of them: %s",
			lr_show_count(x->count).text, s, lr_show_bytes(x->bytes).text);
	else
		lr_finding_title(x, "%s mapping%s that nothing points to: %s",
			lr_show_count(x->count).text, s, lr_show_bytes(x->bytes).text);
	if (m->resource && m->lost)
		lr_finding_say(x, "nothing points to %s of them", lr_show_count(m->lost).text);
	if (m->lost)
		lr_finding_say(x, "%s of that are in memory", lr_show_bytes(m->lost_resident).text);
	say_what(x, in);
	if (m->resource && g->timed)
		lr_finding_say(x, "they rose up to the end: by %s since %s, %.3g a second",
			lr_show_count((uint64_t)g->grown).text,
			lr_show_time((uint64_t)g->since).text, g->per_second);
	lr_finding_count(x, "open", m->open);
	lr_finding_count(x, "open_bytes", m->open_bytes);
	lr_finding_count(x, "unreferenced", m->lost);
	lr_finding_count(x, "unreferenced_bytes", m->lost_bytes);
	lr_finding_count(x, "resident_bytes", m->lost_resident);
	if (m->resource && g->timed)
		lr_finding_real(x, "per_second", g->per_second);
	lr_finding_next(x, "munmap() it where the last pointer to it goes");
}

static void explain_segments(struct lr_finding *x)
{
	lr_finding_title(x, "%s shared memory segment%s not removed: %s",
		lr_show_count(x->count).text, x->count == 1 ? "" : "s",
		lr_show_bytes(x->bytes).text);
	lr_finding_say(x, "they outlive the process; `ipcs -m` lists them");
	lr_finding_next(x,
		"shmctl(id, IPC_RMID, 0) as soon as all have attached it: it goes with the "
		"last one");
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	if (strcmp(x->kind, "segment.unremoved") == 0)
		explain_segments(x);
	else
		explain_mappings(x, in);
}

const struct lr_finding_producer lr_findings_mappings = {.find = find, .explain = explain};
