/* fd.unclosed: a site whose descriptors keep rising to the end. fd.pileup: so many at a time that
 * the limit was near. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/fd_names.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"
#include "tools/view/rising.h"

enum { CLOSED_PLACES = 2 };

/* What either kind keeps for its explanation. */
struct fds {
	uint32_t dump, frame;
	uint32_t resource;       /* in the model */
	struct lr_rising rising; /* unclosed */
	uint64_t connections;    /* of the moment: not counted */
	uint64_t same;           /* unclosed, not because they rise: so many are one file */
	uint64_t peak, limit;    /* pileup */
};

/* Those of the site that are open in the end; the caller frees the list. */
struct open_list {
	const struct lr_open_resource **list;
	size_t used;
	uint64_t connections; /* not in the list */
};

static struct open_list find_open(const struct lr_dump *d, uint32_t frame)
{
	const struct lr_open_at *at = lr_dump_open_at(d, LR_OPEN_END);
	const struct lr_scan *scan = lr_scans_get(&d->scans, LR_SCANS_LAST);
	struct open_list out = {0};
	size_t room = 0;
	for (size_t i = 0; at && i < at->used; i++) {
		const struct lr_open_resource *o = &at->list[i];
		if (o->kind != LR_RES_DESCRIPTOR || o->site != frame || o->inherited || o->released)
			continue;
		if (lr_fd_is_connection(scan, o)) {
			out.connections++;
			continue;
		}
		LR_GROW(out.list, out.used, room);
		out.list[out.used++] = o;
	}
	return out;
}

static void add_unclosed(struct lr_findings *f, const struct fds *of, uint64_t count)
{
	struct lr_finding *x =
		lr_finding_add(f, &lr_findings_fds, "fd.unclosed", LR_SEVERITY_MEDIUM, of->frame);
	x->count = x->weight = count;
	x->of = lr_findings_keep(f, of, sizeof(*of));
}

static void tell_rising(struct lr_findings *f, const struct lr_findings_input *in,
	struct lr_match *match, const struct lr_rising_site *s)
{
	const struct lr_model *m = in->model;
	if (!s->frame || !lr_match_resource(match, LR_RES_DESCRIPTOR, s->frame))
		return;
	struct open_list open = find_open(&m->dumps[s->dump], s->frame);
	struct fds of = {.dump = s->dump,
		.frame = s->frame,
		.resource = s->resource,
		.rising = s->rising,
		.connections = open.connections};
	free(open.list);
	if ((double)open.used >= in->thresholds->of[LR_THRESHOLD_FD_UNCLOSED_COUNT] &&
		!lr_finding_is_suppressed(in, s->frame, LR_SUPPRESS_FD, open.used))
		add_unclosed(f, &of, open.used);
}

static bool is_among(const struct lr_rising_sites *sites, uint32_t dump, uint32_t frame)
{
	for (size_t i = 0; i < sites->used; i++)
		if (sites->list[i].dump == dump && sites->list[i].frame == frame)
			return true;
	return false;
}

/* Threads that are told apart have a row each of one site. */
static bool is_first(const struct lr_model *m, uint32_t resource)
{
	const struct lr_resource_site *r = &m->resources[resource];
	for (uint32_t i = 0; i < resource; i++)
		if (m->resources[i].kind == r->kind && m->resources[i].frame == r->frame)
			return false;
	return true;
}

/* Whoever opens one file again and again and closes it never has forgotten to, whenever that was.
 */
static void tell_same(struct lr_findings *f, const struct lr_findings_input *in,
	struct lr_match *match, uint32_t dump, uint32_t resource)
{
	const struct lr_dump *d = &in->model->dumps[dump];
	const struct lr_resource_site *r = &in->model->resources[resource];
	const struct lr_scan *scan = lr_scans_get(&d->scans, LR_SCANS_LAST);
	double least = in->thresholds->of[LR_THRESHOLD_FD_UNCLOSED_SAME];
	if (r->kind != LR_RES_DESCRIPTOR || !r->frame || r->released || r->lost ||
		(double)r->open < least || !is_first(in->model, resource) ||
		!lr_match_resource(match, r->kind, r->frame))
		return;
	struct open_list open = find_open(d, r->frame);
	struct fds of = {.dump = dump,
		.frame = r->frame,
		.resource = resource,
		.same = scan ? lr_fd_same(scan, open.list, open.used) : 0,
		.connections = open.connections};
	free(open.list);
	if (of.same && (double)of.same >= least &&
		!lr_finding_is_suppressed(in, r->frame, LR_SUPPRESS_FD, open.used))
		add_unclosed(f, &of, open.used);
}

static void find_unclosed(
	struct lr_findings *f, const struct lr_findings_input *in, struct lr_match *match)
{
	const struct lr_model *m = in->model;
	const struct lr_rising_settings settings = {
		.least = in->thresholds->of[LR_THRESHOLD_FD_UNCLOSED_COUNT],
		.confidence = in->thresholds->of[LR_THRESHOLD_FD_UNCLOSED_CONFIDENCE]};
	struct lr_rising_sites sites;
	lr_rising_make(m, LR_RES_DESCRIPTOR, &settings, &sites);
	for (size_t i = 0; i < sites.used; i++)
		tell_rising(f, in, match, &sites.list[i]);
	for (uint32_t d = 0; d < m->dumps_used; d++)
		for (uint32_t i = 0; i < m->resources_used; i++)
			if (!is_among(&sites, d, m->resources[i].frame))
				tell_same(f, in, match, d, i);
	lr_rising_free(&sites);
}

/* The soft limit: as it was at the last scan, else as it was at the start. 0: not known. */
static uint64_t limit_of(const struct lr_dump *d)
{
	const struct lr_scan *scan = lr_scans_get(&d->scans, LR_SCANS_LAST);
	const char *limits = lr_dump_meta(d, "limits", NULL);
	const char *nofile = limits ? strstr(limits, "nofile=") : NULL;
	if (scan && scan->figure[LTF_SCAN_FD_LIMIT])
		return scan->figure[LTF_SCAN_FD_LIMIT];
	return nofile ? strtoull(nofile + strlen("nofile="), NULL, 10) : 0;
}

static bool is_in_dump(const struct lr_dump *d, uint32_t frame)
{
	const struct lr_history *h = &d->resource_history;
	for (size_t i = 0; i < h->tracks_used; i++)
		if (h->tracks[i].kind == LR_RES_DESCRIPTOR && h->tracks[i].frame == frame)
			return true;
	return false;
}

/* The site that had most of them when they were most. */
static uint32_t most_at_peak(const struct lr_model *m, const struct lr_dump *d)
{
	uint32_t best = UINT32_MAX;
	for (uint32_t i = 0; i < m->resources_used; i++) {
		const struct lr_resource_site *r = &m->resources[i];
		if (r->kind == LR_RES_DESCRIPTOR && r->frame && is_in_dump(d, r->frame) &&
			(best == UINT32_MAX || r->at_peak > m->resources[best].at_peak))
			best = i;
	}
	return best;
}

static void find_pileup(
	struct lr_findings *f, const struct lr_findings_input *in, struct lr_match *match)
{
	const struct lr_thresholds *t = in->thresholds;
	for (uint32_t i = 0; i < in->model->dumps_used; i++) {
		const struct lr_dump *d = &in->model->dumps[i];
		struct fds of = {.dump = i,
			.peak = d->resources[LR_RES_DESCRIPTOR].peak_open,
			.limit = limit_of(d)};
		if (!of.limit || of.peak < lr_threshold(t, LR_THRESHOLD_FD_PILEUP_COUNT) ||
			!lr_threshold_reached(t, LR_THRESHOLD_FD_PILEUP_SHARE, of.peak, of.limit))
			continue;
		of.resource = most_at_peak(in->model, d);
		if (of.resource == UINT32_MAX)
			continue;
		const struct lr_resource_site *r = &in->model->resources[of.resource];
		of.frame = r->frame;
		if (!lr_match_resource(match, LR_RES_DESCRIPTOR, r->frame))
			continue;
		struct lr_finding *x = lr_finding_add(
			f, &lr_findings_fds, "fd.pileup", LR_SEVERITY_MEDIUM, r->frame);
		x->count = x->weight = r->at_peak;
		x->of = lr_findings_keep(f, &of, sizeof(of));
	}
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	find_unclosed(f, in, match);
	find_pileup(f, in, match);
	lr_match_free(match);
}

static void say_what(struct lr_finding *x, const struct lr_dump *d, uint32_t frame)
{
	struct open_list open = find_open(d, frame);
	char *names = lr_fd_names(lr_scans_get(&d->scans, LR_SCANS_LAST), open.list, open.used);
	if (open.used)
		lr_finding_say(x, "open in the end: %s", names);
	free(names);
	free(open.list);
}

/* Where others of the site were closed. */
static void say_where_closed(
	struct lr_finding *x, const struct lr_findings_input *in, uint32_t resource)
{
	const struct lr_model *m = in->model;
	int said = 0;
	for (size_t i = 0; i < m->resource_releases_used && said < CLOSED_PLACES; i++) {
		const struct lr_resource_release_site *r = &m->resource_releases[i];
		char text[64];
		if (r->resource != resource || !r->at)
			continue;
		snprintf(text, sizeof(text), "%s closed here", lr_show_count(r->count).text);
		lr_finding_place(x, in, "closed", r->at, r->count, lr_strdup(text));
		said++;
	}
}

static void explain_unclosed(
	struct lr_finding *x, const struct lr_findings_input *in, const struct fds *of)
{
	const struct lr_resource_site *r = &in->model->resources[of->resource];
	const struct lr_rising *g = &of->rising;
	if (of->same)
		lr_finding_title(x, "%s descriptors not closed, %s of them of one file",
			lr_show_count(x->count).text, lr_show_count(of->same).text);
	else
		lr_finding_title(x, "%s descriptors not closed, and ever more of them",
			lr_show_count(x->count).text);
	say_what(x, &in->model->dumps[of->dump], of->frame);
	if (r->released)
		lr_finding_say(x, "%s of %s were closed", lr_show_count(r->released).text,
			lr_show_count(r->created).text);
	else
		lr_finding_say(x, "none of %s was ever closed", lr_show_count(r->created).text);
	if (g->timed)
		lr_finding_say(x, "they rose up to the end: by %s since %s, %.3g a second",
			lr_show_count((uint64_t)g->grown).text,
			lr_show_time((uint64_t)g->since).text, g->per_second);
	if (of->connections)
		lr_finding_say(x, "%s more are connections with somebody at the other end",
			lr_show_count(of->connections).text);
	lr_finding_count(x, "opened", r->created);
	lr_finding_count(x, "closed", r->released);
	if (g->timed)
		lr_finding_real(x, "per_second", g->per_second);
	say_where_closed(x, in, of->resource);
	const struct lr_pair_site *pair = lr_pairs_within(in->pairs, r->frame);
	if (pair)
		lr_finding_next(x, "call %s when it is done with", pair->pair->releaser);
	else
		lr_finding_next(x, "%s",
			r->released ? "close it on this way too, as it is done at the places above"
				    : "close it where it is done with, or where what owns it goes");
}

static void explain_pileup(
	struct lr_finding *x, const struct lr_findings_input *in, const struct fds *of)
{
	const struct lr_resource_site *r = &in->model->resources[of->resource];
	uint64_t open = r->open;
	double share = (double)of->peak / (double)of->limit;
	lr_finding_title(x, "%s descriptors open at a time, %s of the limit of %s",
		lr_show_count(of->peak).text, lr_show_percent(share).text,
		lr_show_count(of->limit).text);
	lr_finding_say(x, "%s of them were opened here", lr_show_count(r->at_peak).text);
	if (open)
		lr_finding_say(x, "%s were still open in the end", lr_show_count(open).text);
	else
		lr_finding_say(x, "all of these were closed in the end");
	lr_finding_count(x, "peak_open", of->peak);
	lr_finding_count(x, "limit", of->limit);
	lr_finding_real(x, "share", share);
	lr_finding_count(x, "open", open);
	say_where_closed(x, in, of->resource);
	lr_finding_next(x, "close each as soon as it is done with, in the loop that opens it");
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct fds *of = x->of;
	if (strcmp(x->kind, "fd.unclosed") == 0)
		explain_unclosed(x, in, of);
	else
		explain_pileup(x, in, of);
}

const struct lr_finding_producer lr_findings_fds = {.find = find, .explain = explain};
