#include "tools/check/outcomes_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/check/words.h"
#include "tools/util/mem.h"

/* More of a path helps nobody. */
enum { FRAMES_MAX = 100 };

static uint64_t mix(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return (h ^ 0xff) * 0x100000001b3;
}

/* Of names alone, never of addresses or lines (FNV-1a: the same on every machine). */
void lr_outcome_fingerprint(struct lr_outcome_site *s, const struct lr_measured_frame *path)
{
	uint64_t h = 0xcbf29ce484222325;
	for (; path; path = path->outer)
		h = mix(mix(h, path->function), path->module);
	snprintf(s->fingerprint, sizeof(s->fingerprint), "%016llx", (unsigned long long)h);
}

void lr_outcome_place(struct lr_outcome_frame *f, const struct lr_sources *sources, const char *dir,
	const char *file, unsigned line)
{
	if (!file)
		return;
	f->file = lr_sources_name(sources, dir, file);
	f->outside = f->file ? NULL : lr_path_join(dir, file);
	f->line = line;
}

/* The frame that a person means, or the nearest one around it that is in the sources. */
void lr_outcome_point(struct lr_outcome_site *s)
{
	s->at = s->means;
	while (s->at < s->used && !s->frames[s->at].file)
		s->at++;
}

struct lr_outcome_site *lr_outcome_site(struct lr_outcome *o, size_t frames)
{
	struct lr_outcome_site *s = &o->sites[o->used++];
	s->used = frames < FRAMES_MAX ? frames : FRAMES_MAX;
	s->cut = frames - s->used;
	s->frames = lr_calloc(s->used ? s->used : 1, sizeof(*s->frames));
	return s;
}

static void add_measured(
	struct lr_outcome *o, const struct lr_check_site *of, const struct lr_sources *sources)
{
	const struct lr_measured_frame *f = of->site->path;
	struct lr_outcome_site *s = lr_outcome_site(o, f->depth);
	s->of = of;
	s->words = lr_check_share(o->rule, of);
	for (size_t i = 0; i < s->used && f; i++, f = f->outer) {
		s->frames[i] = (struct lr_outcome_frame){.function = lr_strdup(f->function),
			.module = f->module,
			.inlined = f->inlined};
		if (f == of->site->means) {
			s->means = i;
			lr_outcome_place(&s->frames[i], sources, of->site->dir, of->site->file,
				of->site->line);
		}
	}
	lr_outcome_fingerprint(s, of->site->path);
	lr_outcome_point(s);
}

struct lr_outcome *lr_outcomes_add(struct lr_outcomes *o, struct lr_outcome of)
{
	LR_GROW(o->list, o->used, o->room);
	o->list[o->used] = of;
	o->of[of.status]++;
	if (of.status > o->status)
		o->status = of.status;
	return &o->list[o->used++];
}

static void add_rule(
	struct lr_outcomes *o, const struct lr_check_rule *r, const struct lr_sources *sources)
{
	struct lr_outcome *x = lr_outcomes_add(
		o, (struct lr_outcome){.id = r->id,
			   .name = lr_strdup(r->id),
			   .title = lr_strdup(r->text),
			   .message = lr_strdup(r->why ? r->why : ""),
			   .hint = r->reason,
			   .status = r->status,
			   .rule = r,
			   .all = r->sites_all > r->sites_used ? r->sites_all : r->sites_used});
	x->sites = lr_calloc(r->sites_used + 1, sizeof(*x->sites));
	for (size_t i = 0; i < r->sites_used; i++)
		add_measured(x, &r->sites[i], sources);
}

void lr_outcomes_note(struct lr_outcomes *o, char *text)
{
	LR_GROW(o->notes, o->notes_used, o->notes_room);
	o->notes[o->notes_used++] = text;
}

struct lr_outcomes *lr_outcomes_of_check(const struct lr_check *c, const struct lr_sources *s)
{
	struct lr_outcomes *o = lr_calloc(1, sizeof(*o));
	*o = (struct lr_outcomes){.what = "check",
		.program = c->program,
		.command = c->command,
		.budget = c->budget,
		.loose = c->loose,
		.runs = c->runs,
		.duration_us = c->duration_us,
		.check = c};
	for (size_t i = 0; i < c->rules_used; i++)
		add_rule(o, &c->rules[i], s);
	if (c->status > o->status)
		o->status = c->status;
	if (c->budget) {
		char *real = realpath(c->budget, NULL);
		o->budget_file = lr_sources_name(s, NULL, real ? real : c->budget);
		free(real);
	}
	for (size_t i = 0; i < c->notes_used; i++)
		lr_outcomes_note(o, lr_strdup(c->notes[i]));
	return o;
}

static void free_site(struct lr_outcome_site *s)
{
	for (size_t i = 0; i < s->used; i++) {
		free(s->frames[i].function);
		free(s->frames[i].file);
		free(s->frames[i].outside);
	}
	free(s->frames);
	free(s->words);
}

void lr_outcomes_free(struct lr_outcomes *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->used; i++) {
		struct lr_outcome *x = &o->list[i];
		for (size_t k = 0; k < x->used; k++)
			free_site(&x->sites[k]);
		free(x->sites);
		free(x->name);
		free(x->title);
		free(x->message);
	}
	for (size_t i = 0; i < o->notes_used; i++)
		free(o->notes[i]);
	free(o->notes);
	free(o->budget_file);
	free(o->list);
	free(o);
}
