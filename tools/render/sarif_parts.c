/* Places and call paths in SARIF. */
#include "tools/render/sarif_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/text.h"

/* Braces would be placeholders, and "[..](..)" a link. */
json_t *lr_sarif_message(const char *text)
{
	struct lr_page p;
	json_t *o = json_object();
	lr_page_begin(&p);
	for (const char *c = text; *c; c++) {
		fputc(*c, p.f);
		if (*c == '{' || *c == '}')
			fputc(*c, p.f);
		else if (*c == ']' && c[1] == '(')
			fputc(' ', p.f);
	}
	char *escaped = lr_page_end(&p);
	lr_json_set(o, "text", lr_json_text(escaped));
	free(escaped);
	return o;
}

json_t *lr_sarif_words(const char *text)
{
	char *clean = lr_clean(text);
	json_t *j = lr_sarif_message(clean);
	free(clean);
	return j;
}

json_t *lr_sarif_name(const char *name)
{
	char *clean = lr_clean(name);
	json_t *j = lr_json_text(clean);
	free(clean);
	return j;
}

/* Any bytes as a path of a URI. */
static json_t *uri(const char *path)
{
	struct lr_page p;
	lr_page_begin(&p);
	if (*path == '/')
		fputs("file://", p.f);
	for (const char *c = path; *c; c++)
		if ((isascii(*c) && isalnum((unsigned char)*c)) || strchr("-._~/", *c))
			fputc(*c, p.f);
		else
			fprintf(p.f, "%%%02X", (unsigned char)*c);
	char *text = lr_page_end(&p);
	json_t *j = lr_json_text(text);
	free(text);
	return j;
}

/* in_sources: the path is relative to their top. */
static json_t *physical(const char *path, unsigned line, bool in_sources)
{
	json_t *o = json_object(), *artifact = json_object();
	lr_json_set(artifact, "uri", uri(path));
	if (in_sources)
		lr_json_set(artifact, "uriBaseId", lr_json_text("%SRCROOT%"));
	lr_json_set(o, "artifactLocation", artifact);
	if (line) {
		json_t *region = json_object();
		lr_json_set(region, "startLine", lr_json_number(line));
		lr_json_set(o, "region", region);
	}
	return o;
}

static json_t *logical(const struct lr_outcome_frame *at)
{
	json_t *list = json_array(), *o = json_object();
	lr_json_set(o, "fullyQualifiedName", lr_sarif_name(at->function));
	lr_json_set(o, "kind", lr_json_text("function"));
	json_array_append_new(list, o);
	return list;
}

static json_t *frame_place(const struct lr_outcome_frame *at)
{
	json_t *o = json_object();
	if (at->file)
		lr_json_set(o, "physicalLocation", physical(at->file, at->line, true));
	else if (at->outside)
		lr_json_set(o, "physicalLocation", physical(at->outside, at->line, false));
	lr_json_set(o, "logicalLocations", logical(at));
	return o;
}

json_t *lr_sarif_location(const struct lr_outcomes *o, const struct lr_outcome_frame *at)
{
	if (at && (at->file || (at->outside && !o->budget_file)))
		return frame_place(at);
	json_t *place = json_object();
	const char *stand_in = o->budget_file ? o->budget_file : o->program;
	lr_json_set(place, "physicalLocation",
		physical(stand_in && *stand_in ? stand_in : "unknown", 1, o->budget_file != NULL));
	if (at)
		lr_json_set(place, "logicalLocations", logical(at));
	return place;
}

json_t *lr_sarif_stacks(const struct lr_outcome_site *s)
{
	json_t *list = json_array(), *stack = json_object(), *frames = json_array();
	for (size_t i = 0; i < s->used; i++) {
		json_t *frame = json_object();
		lr_json_set(frame, "location", frame_place(&s->frames[i]));
		if (*s->frames[i].module)
			lr_json_set(frame, "module", lr_sarif_name(s->frames[i].module));
		json_array_append_new(frames, frame);
	}
	lr_json_set(stack, "frames", frames);
	json_array_append_new(list, stack);
	return list;
}

static json_t *step(const struct lr_outcome_frame *at)
{
	json_t *o = json_object(), *place = frame_place(at);
	lr_json_set(place, "message", lr_sarif_words(at->function));
	lr_json_set(o, "location", place);
	return o;
}

json_t *lr_sarif_flows(const struct lr_outcome_site *s)
{
	json_t *steps = json_array();
	for (size_t i = s->used; i-- > 0;)
		if (s->frames[i].file)
			json_array_append_new(steps, step(&s->frames[i]));
	if (json_array_size(steps) < 2) {
		json_decref(steps);
		return NULL;
	}
	json_t *thread = json_object(), *threads = json_array(), *flow = json_object(),
	       *flows = json_array();
	lr_json_set(thread, "locations", steps);
	json_array_append_new(threads, thread);
	lr_json_set(flow, "threadFlows", threads);
	json_array_append_new(flows, flow);
	return flows;
}
