/* Outcomes of `leakreport errors`: what was found, each for itself. */
#include "tools/check/outcomes_parts.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/measure_parts.h"
#include "tools/view/sitename.h"

/* The call path as a measure would have it: what a compiler has added to names is left out, and a
 * recursion is folded. */
static void fingerprint_lines(struct lr_outcome_site *s, const struct lr_line *lines, size_t n)
{
	struct lr_measure *m = lr_measure_new();
	const struct lr_measured_frame *path = NULL;
	for (size_t i = n; i-- > 0;) {
		const char *function = s->frames[i].function;
		size_t len;
		const char *name =
			lr_measure_module_name(lines[i].at.module ? lines[i].at.module : "", &len);
		char *module = lr_strndup(name, len),
		     *bare = lr_strndup(function, lr_measure_function_length(function));
		path = lr_measure_frame(m, path, bare, module, lines[i].at.inlined);
		free(bare);
		free(module);
	}
	lr_outcome_fingerprint(s, path);
	lr_measure_free(m);
}

static char *function_of(const struct lr_location *at)
{
	return at->function ? lr_strdup(at->function)
			    : lr_format("0x%llx", (unsigned long long)at->offset);
}

static void add_lines(
	struct lr_outcome *o, const struct lr_found_error *e, const struct lr_sources *sources)
{
	size_t n = e->stack_main ? e->stack_main : e->stack_used;
	if (n == 0)
		return;
	struct lr_outcome_site *s = lr_outcome_site(o, n);
	if (n == e->stack_used)
		s->cut += e->stack_cut;
	s->words = lr_strdup(o->message);
	s->means = s->used;
	for (size_t i = 0; i < s->used; i++) {
		const struct lr_location *at = &e->stack[i].at;
		s->frames[i] = (struct lr_outcome_frame){.function = function_of(at),
			.module = at->module ? lr_base_name(at->module) : "",
			.inlined = at->inlined};
		lr_outcome_place(&s->frames[i], sources, at->dir, at->file, at->line);
		if (s->means == s->used && !(at->function && lr_passes_on(at->function)))
			s->means = i;
	}
	if (s->means == s->used)
		s->means = 0;
	fingerprint_lines(s, e->stack, s->used);
	lr_outcome_point(s);
}

static const char *verdict_text(const char *key)
{
	for (size_t i = 0; i < LR_LEAK_CLASS_COUNT; i++)
		if (strcmp(lr_leak_keys[i], key) == 0)
			return lr_leak_texts[i];
	return key;
}

/* Of a verdict: "3,200 bytes in 100 blocks definitely lost, which lead to .." */
static char *message_of(const struct lr_found_error *e)
{
	if (e->title)
		return lr_strdup(e->title);
	struct lr_scan_sum own = {.blocks = e->count, .bytes = e->bytes},
			   led = {.blocks = e->led_blocks, .bytes = e->led_bytes};
	char *lost = lr_leak_amount(&own), *more = lr_leak_amount(&led),
	     *text = e->led_blocks ? lr_format("%s %s, which lead to %s", lost,
					     verdict_text(e->kind), more)
				   : lr_format("%s %s", lost, verdict_text(e->kind));
	free(lost);
	free(more);
	return text;
}

/* A verdict's kind as findings call it. */
static const char *id_of(const char *kind)
{
	static const struct {
		const char *key, *id;
	} ids[] = {{"definite", "leak.definite"}, {"possible", "leak.possible"},
		{"indirect", "leak.indirect"}, {"reachable", "leak.reachable"}};
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		if (strcmp(ids[i].key, kind) == 0)
			return ids[i].id;
	return kind;
}

static void add_error(
	struct lr_outcomes *o, const struct lr_found_error *e, const struct lr_sources *sources)
{
	struct lr_outcome *x = lr_outcomes_add(o, (struct lr_outcome){.id = id_of(e->kind),
							  .message = message_of(e),
							  .status = LR_CHECK_FAILED,
							  .error = e,
							  .all = 1});
	x->sites = lr_calloc(1, sizeof(*x->sites));
	add_lines(x, e, sources);
	x->name = x->used ? lr_format("%s at %s", x->id,
				    x->sites[0].frames[x->sites[0].means].function)
			  : lr_strdup(x->id);
	x->title = lr_strdup(x->name);
}

/* Of errors there is always something to say. */
static void add_none(struct lr_outcomes *o)
{
	bool judged = o->errors->judged || !o->errors->leaks_wanted;
	lr_outcomes_add(o,
		(struct lr_outcome){.id = "errors",
			.name = lr_strdup("errors"),
			.title = lr_strdup("errors"),
			.status = judged ? LR_CHECK_PASSED : LR_CHECK_UNKNOWN,
			.message = lr_strdup(judged ? "no errors"
						    : "there are no verdicts on the blocks of this "
						      "run: nothing can be said of leaks")});
}

struct lr_outcomes *lr_outcomes_of_errors(const struct lr_errors *e, const struct lr_sources *s,
	const char *program, const char *command, uint64_t duration_us)
{
	struct lr_outcomes *o = lr_calloc(1, sizeof(*o));
	*o = (struct lr_outcomes){.what = "errors",
		.program = program,
		.command = command,
		.runs = 1,
		.duration_us = duration_us,
		.errors = e};
	for (size_t i = 0; i < e->shown; i++)
		add_error(o, &e->list[i], s);
	if (e->used == 0)
		add_none(o);
	if (e->used > e->shown)
		lr_outcomes_note(o, lr_format("and %s more; --limit=0 shows all",
					    lr_show_count(e->used - e->shown).text));
	if (e->judged < e->processes && e->leaks_wanted)
		lr_outcomes_note(o, lr_format("without verdicts: %zu of %zu processes",
					    e->processes - e->judged, e->processes));
	return o;
}
