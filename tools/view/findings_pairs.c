/* resource.unreleased: what was never given to the call that releases it, and is lost with its
 * memory, or is ever more. What leads to lost memory is told here, once; leak.definite, whose
 * blocks these are, points here. */
#include <stdlib.h>
#include "format/pairs.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"
#include "tools/view/rising.h"
#include "tools/view/sitename.h"

enum { PLACES = 2 };

struct unreleased {
	struct lr_pair_site site;
	struct lr_rising rising; /* .rising: it is */
};

static void add(struct lr_findings *f, const struct unreleased *u, enum lr_severity severity,
	uint64_t count)
{
	struct lr_finding *x = lr_finding_add(
		f, &lr_findings_pairs, "resource.unreleased", severity, u->site.frame);
	x->count = count;
	x->bytes = u->site.sum.bytes;
	x->weight = x->bytes + 1; /* before leak.definite of the same */
	x->of = lr_findings_keep(f, u, sizeof(*u));
}

/* Objects that are open are what a program is made of: it is not wrong that they become more. A
 * stream that has a descriptor is told by that. */
static bool may_rise(unsigned kind)
{
	return kind != LR_RES_PAIR + LTF_PAIR_OBJECT && kind != LR_RES_PAIR + LTF_PAIR_PROGRAM &&
	       kind != LR_RES_PAIR + LTF_PAIR_MOUNTS;
}

static void find_rising(struct lr_findings *f, const struct lr_findings_input *in,
	struct lr_match *match, unsigned kind)
{
	struct lr_rising_sites rising;
	struct lr_rising_settings settings = {.least = (double)lr_threshold(in->thresholds,
						      LR_THRESHOLD_RESOURCE_UNRELEASED_COUNT),
		.confidence = in->thresholds->of[LR_THRESHOLD_RESOURCE_UNRELEASED_CONFIDENCE]};
	lr_rising_make(in->model, kind, &settings, &rising);
	for (size_t i = 0; i < rising.used; i++) {
		const struct lr_rising_site *r = &rising.list[i];
		const struct lr_pair_site *s = lr_pairs_within(in->pairs, r->frame);
		bool grows = r->rising.growth.kind == LR_TREND_GROWING;
		if (!s || s->frame != r->frame || s->lost || !grows ||
			!lr_match_resource(match, kind, r->frame))
			continue;
		struct unreleased u = {.site = *s, .rising = r->rising};
		add(f, &u, LR_SEVERITY_MEDIUM, r->rising.open);
	}
	lr_rising_free(&rising);
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	for (size_t i = 0; i < in->pairs->used; i++) {
		struct unreleased u = {.site = in->pairs->sites[i]};
		if (u.site.lost && lr_match_stack(match, u.site.frame, 0))
			add(f, &u, LR_SEVERITY_HIGH, u.site.lost);
	}
	for (unsigned kind = LR_RES_PAIR; in->pairs->used && kind < LR_RES_KINDS; kind++)
		if (lr_pair_of(kind) && may_rise(kind))
			find_rising(f, in, match, kind);
	lr_match_free(match);
}

static const char *word(const struct lr_pair *p, uint64_t count)
{
	return count == 1 ? p->words.one : p->words.many;
}

static void say_lost(
	struct lr_finding *x, const struct lr_pair_site *s, const struct lr_findings_input *in)
{
	char *sum = lr_leak_amount(&s->sum);
	lr_finding_title(x, "%s %s lost, never given to %s: %s", lr_show_count(s->lost).text,
		word(s->pair, s->lost), s->pair->releaser, sum);
	free(sum);
	if (s->with_others) {
		lr_finding_say(x, "what led to %s of them is lost itself",
			s->with_others == s->lost ? "all" : lr_show_count(s->with_others).text);
		lr_finding_place(x, in, "owner", s->owner, s->with_others,
			lr_format("what led to them was made here"));
	}
}

static void say_rising(
	struct lr_finding *x, const struct lr_pair_site *s, const struct lr_rising *r)
{
	lr_finding_title(x, "%s %s that were not given to %s, and ever more",
		lr_show_count(r->open).text, word(s->pair, r->open), s->pair->releaser);
	if (r->timed)
		lr_finding_say(x, "%s more since %s, %.3g a second",
			lr_show_count((uint64_t)r->grown).text,
			lr_show_time((uint64_t)r->since).text, r->per_second);
	else
		lr_finding_say(x, "%s more since the program had settled",
			lr_show_count((uint64_t)r->grown).text);
	lr_finding_real(x, "confidence", r->confidence);
}

static void say_made(struct lr_finding *x, const struct lr_pair_site *s)
{
	struct lr_short made = lr_show_count(s->made), gone = lr_show_count(s->released);
	if (s->released)
		lr_finding_say(x, "of %s made here %s %s released", made.text, gone.text,
			s->released == 1 ? "was" : "were");
	else if (s->made > 1)
		lr_finding_say(x, "none of the %s made here was released", made.text);
	lr_finding_count(x, "created", s->made);
	lr_finding_count(x, "released", s->released);
	lr_finding_count(x, "open", s->open);
}

/* Where others of the site are released; the first of these, 0 none. */
static uint32_t add_places(
	struct lr_finding *x, const struct lr_pair_site *s, const struct lr_findings_input *in)
{
	const struct lr_model *m = in->model;
	uint32_t first = 0, places = 0;
	for (size_t i = 0; i < m->resource_releases_used && places < PLACES; i++) {
		const struct lr_resource_release_site *r = &m->resource_releases[i];
		const struct lr_resource_site *of = &m->resources[r->resource];
		if (of->frame != s->frame || lr_pair_of(of->kind) != s->pair)
			continue;
		lr_finding_place(x, in, "released", r->at, r->count,
			lr_format("others of this site are released here (%s)",
				lr_show_count(r->count).text));
		first = first ? first : r->at;
		places++;
	}
	return first;
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct unreleased *u = x->of;
	const struct lr_pair *pair = u->site.pair;
	if (u->rising.rising)
		say_rising(x, &u->site, &u->rising);
	else
		say_lost(x, &u->site, in);
	say_made(x, &u->site);
	uint32_t at = add_places(x, &u->site, in);
	if (at)
		lr_finding_next(x, "call %s as where the others are released: %s", pair->releaser,
			lr_names_function(in->names, lr_site_frame(in->model, in->names, at)));
	else
		lr_finding_next(x, "call %s when it is done with", pair->releaser);
}

const struct lr_finding_producer lr_findings_pairs = {.find = find, .explain = explain};
