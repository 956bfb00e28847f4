/* Whether a stack holds a frame that matches is remembered for each frame: it does when the frame
 * itself does, or the rest of the stack towards the root. */
#include "tools/view/match.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/function_regions.h"
#include "tools/view/region_names.h"

enum { BY_FUNCTION, BY_FILE, BY_MODULE, PATTERNS };
enum { UNKNOWN, NO, YES };

struct lr_match {
	const struct lr_model *model;
	struct lr_names *names;
	const struct lr_query *query;
	const char *pattern[PATTERNS];
	uint8_t *known[PATTERNS]; /* by frame */
	bool *regions;            /* of the model: whether it is one of those that are asked for */
	bool *in_regions;         /* by frame: whether blocks of it were allocated in such a one */
	struct lr_function_regions *functions; /* in place of both */
};

static void match_regions(struct lr_match *x)
{
	const struct lr_model *m = x->model;
	const char *pattern = x->query->region;
	if (!lr_region_is_begun(m, pattern)) {
		x->functions = lr_function_regions_new(m, x->names, &pattern, 1);
		return;
	}
	x->regions = lr_calloc(m->regions_used, sizeof(*x->regions));
	x->in_regions = lr_calloc(m->frames_used, sizeof(*x->in_regions));
	for (size_t i = 0; i < m->regions_used; i++)
		x->regions[i] = lr_region_matches(m->regions[i].path, pattern, true);
	for (size_t i = 0; i < m->sites_used; i++)
		if (m->sites[i].region && x->regions[m->sites[i].region - 1])
			x->in_regions[m->sites[i].frame] = true;
}

struct lr_match *lr_match_new(
	const struct lr_model *m, struct lr_names *names, const struct lr_query *q)
{
	struct lr_match *x = lr_calloc(1, sizeof(*x));
	*x = (struct lr_match){.model = m,
		.names = names,
		.query = q,
		.pattern = {q->function, q->file, q->module}};
	for (int i = 0; i < PATTERNS; i++)
		if (x->pattern[i])
			x->known[i] = lr_calloc(m->frames_used, 1);
	if (q->region)
		match_regions(x);
	return x;
}

void lr_match_free(struct lr_match *x)
{
	if (!x)
		return;
	for (int i = 0; i < PATTERNS; i++)
		free(x->known[i]);
	free(x->regions);
	free(x->in_regions);
	lr_function_regions_free(x->functions);
	free(x);
}

static bool match_path(const char *pattern, const char *path)
{
	if (!path)
		return false;
	if (!strchr(pattern, '/')) {
		const char *slash = strrchr(path, '/');
		path = slash ? slash + 1 : path;
	}
	return fnmatch(pattern, path, 0) == 0;
}

static bool match_frame(struct lr_match *x, int by, uint32_t frame)
{
	size_t count;
	if (by == BY_MODULE)
		return match_path(x->pattern[by], lr_names_module(x->names, frame));
	const struct lr_location *at = lr_names_at(x->names, frame, &count);
	for (size_t i = 0; i < count; i++) {
		if (by == BY_FILE
				? match_path(x->pattern[by], at[i].file)
				: at[i].function && fnmatch(x->pattern[by], at[i].function, 0) == 0)
			return true;
	}
	return false;
}

static bool stack_has(struct lr_match *x, int by, uint32_t frame)
{
	uint8_t *known = x->known[by];
	const struct lr_frame *frames = x->model->frames;
	uint32_t f = frame;
	while (f && known[f] == UNKNOWN && !match_frame(x, by, f))
		f = frames[f].parent;
	uint8_t answer = !f ? NO : known[f] == UNKNOWN ? YES : known[f];
	for (uint32_t i = frame; i && known[i] == UNKNOWN; i = frames[i].parent) {
		known[i] = answer;
		if (i == f)
			break;
	}
	return answer == YES;
}

char *lr_thread_label(const struct lr_model *m, const struct lr_thread *t)
{
	const char *name = t->name ? t->name : "thread";
	if (m->dumps_used > 1)
		return lr_format("%s (%u of %u)", name, t->id, m->dumps[t->dump].header.pid);
	return lr_format("%s (%u)", name, t->id);
}

bool lr_match_thread(const struct lr_model *m, const char *pattern, uint32_t thread)
{
	if (!pattern || !thread)
		return true;
	const struct lr_thread *t = &m->threads[thread - 1];
	char id[16];
	snprintf(id, sizeof(id), "%u", t->id);
	return fnmatch(pattern, t->name ? t->name : "", 0) == 0 || strcmp(pattern, id) == 0;
}

static bool match_others(struct lr_match *x, uint32_t frame, uint32_t thread)
{
	if (!lr_match_thread(x->model, x->query->thread, thread))
		return false;
	for (int i = 0; i < PATTERNS; i++)
		if (x->pattern[i] && !stack_has(x, i, frame))
			return false;
	return !x->functions || lr_function_region_of(x->functions, frame);
}

bool lr_match_stack(struct lr_match *x, uint32_t frame, uint32_t thread)
{
	return (!x->in_regions || x->in_regions[frame]) && match_others(x, frame, thread);
}

bool lr_match_resource(struct lr_match *x, unsigned kind, uint32_t frame)
{
	bool found = !x->query->thread;
	for (size_t i = 0; !found && i < x->model->resources_used; i++) {
		const struct lr_resource_site *s = &x->model->resources[i];
		found = s->kind == kind && s->frame == frame &&
			lr_match_thread(x->model, x->query->thread, s->thread);
	}
	return found && lr_match_stack(x, frame, 0);
}

bool lr_match_site(struct lr_match *x, const struct lr_site *s)
{
	if (x->query->unfreed_only && s->counts.live_blocks == 0)
		return false;
	if (x->regions && !(s->region && x->regions[s->region - 1]))
		return false;
	return match_others(x, s->frame, s->thread);
}
