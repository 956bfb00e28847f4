/* A verdict, for people: what is broken first, what holds in one line. Lines fit into a log. */
#include "tools/render/text_parts.h"

#include "tools/util/fold.h"
#include "tools/util/text.h"

/* Callers that are shown of a path, and from which column on none; rules that hold, a line each;
 * rules that do not, with sites. */
enum { CALLERS = 4, COLUMNS = 75, PASSED = 20, WHOLE = 10 };

static void word(struct lr_out *o, const char *colour, const char *text)
{
	fprintf(o->f, "%s%-8s%s", colour, text, o->off);
}

/* Who calls it, as far as a line goes; the last one always. */
static void callers(struct lr_out *o, const struct lr_measured_frame *f, size_t columns)
{
	size_t shown = 0;
	bool cut = false;
	for (; f; f = f->outer) {
		if (f->outer && (cut || ++shown > CALLERS || columns > COLUMNS)) {
			fputs(cut ? "" : " <- ..", o->f);
			cut = true;
			continue;
		}
		fputs(" <- ", o->f);
		columns += 4 + lr_put_function(o->f, f->function);
	}
}

/* The function that a person means, its place, and who calls it. */
static void path(struct lr_out *o, const struct lr_measured_site *s)
{
	const struct lr_measured_frame *f = s->means;
	const char *place = s->file ? lr_base_name(s->file) : f->module;
	size_t columns = 30 + lr_put_function(o->f, f->function);
	if (place[0]) {
		fprintf(o->f, "  %s", o->dim);
		columns += 2 + lr_put_safe(o->f, place);
		if (s->file && s->line)
			fprintf(o->f, ":%u", s->line);
		fputs(o->off, o->f);
	}
	callers(o, f->outer, columns);
}

static void site(struct lr_out *o, const struct lr_check_rule *r, const struct lr_check_site *s)
{
	bool told = s->has_baseline, more = !told || s->actual >= s->baseline;
	uint64_t by = !told ? s->actual : more ? s->actual - s->baseline : s->baseline - s->actual;
	fprintf(o->f, "    %s%s %s",
		!more               ? "-"
		: told || s->is_new ? "+"
				    : "",
		lr_show_count(by).text, r->unit[by != 1]);
	if (s->is_new)
		fputs(" (new)", o->f);
	else if (told && s->baseline)
		fprintf(o->f, " (%s before)", lr_show_count(s->baseline).text);
	fputs("  ", o->f);
	path(o, s->site);
	fputc('\n', o->f);
	if (!s->renamed_from)
		return;
	fputs("        a function of this path was called ", o->f);
	lr_put_function(o->f, s->renamed_from);
	fputc('\n', o->f);
}

/* whole: with the sites; else in one line. */
static void rule(struct lr_out *o, const struct lr_check_rule *r, bool whole)
{
	word(o, o->warn, lr_check_words[r->status]);
	lr_put_safe(o->f, r->text);
	fputs(whole ? "\n        " : "  ", o->f);
	lr_put_safe(o->f, r->why);
	if (!whole) {
		fputc('\n', o->f);
		return;
	}
	if (r->has_baseline)
		fprintf(o->f, "; the baseline has %s", lr_show_count(r->baseline).text);
	fputc('\n', o->f);
	if (r->reason) {
		fputs("        ", o->f);
		lr_put_safe(o->f, r->reason);
		fputc('\n', o->f);
	}
	for (size_t i = 0; i < r->sites_used; i++)
		site(o, r, &r->sites[i]);
	if (r->sites_all > r->sites_used)
		fprintf(o->f, "    and %s more sites\n",
			lr_show_count(r->sites_all - r->sites_used).text);
}

static void counted(struct lr_out *o, uint64_t n, uint64_t of)
{
	fprintf(o->f, "%s", lr_show_count(n).text);
	if (of != n)
		fprintf(o->f, " of %s", lr_show_count(of).text);
	fputs(of == 1 ? " rule" : " rules", o->f);
}

static void loose(struct lr_out *o, const struct lr_check *c)
{
	for (size_t i = 0; i < c->rules_used; i++) {
		const struct lr_check_rule *r = &c->rules[i];
		if (!r->loose)
			continue;
		word(o, "", "loose");
		lr_put_safe(o->f, r->text);
		fputs("  can be tightened to ", o->f);
		lr_put_safe(o->f, r->tighter);
		fputc('\n', o->f);
	}
	if (c->loose)
		fputs("        --tighten does it\n", o->f);
}

/* In the line that stands alone. */
static void notes_briefly(struct lr_out *o, const struct lr_check *c)
{
	if (c->notes_used == 0)
		return;
	fputs("; ", o->f);
	lr_put_safe(o->f, c->notes[0]);
	if (c->notes_used > 1)
		fprintf(o->f, "; and %s more %s", lr_show_count(c->notes_used - 1).text,
			c->notes_used == 2 ? "note" : "notes");
}

/* The line that stands last, or alone. */
static void sum(struct lr_out *o, const struct lr_check *c, bool alone)
{
	const char *colour = c->status == LR_CHECK_PASSED ? "" : o->warn;
	fprintf(o->f, "%s%s%s  ", colour, lr_check_words[c->status], o->off);
	lr_put_safe(o->f, c->program);
	fputs(": ", o->f);
	if (c->failed) {
		counted(o, c->failed, c->rules_used);
		fputs(" broken", o->f);
	}
	if (c->unknown) {
		fputs(c->failed ? ", " : "", o->f);
		counted(o, c->unknown, c->rules_used);
		fputs(" could not be judged", o->f);
	}
	if (c->status == LR_CHECK_PASSED) {
		counted(o, c->rules_used, c->rules_used);
		fputs(c->rules_used == 1 ? " holds" : " hold", o->f);
	}
	if (c->budget) {
		fputs(", ", o->f);
		lr_put_safe(o->f, c->budget);
	}
	if (c->runs > 1)
		fprintf(o->f, ", %s runs", lr_show_count(c->runs).text);
	if (c->loose && c->status == LR_CHECK_PASSED)
		fprintf(o->f, "; %s can be tightened (--tighten)", lr_show_count(c->loose).text);
	if (alone)
		notes_briefly(o, c);
	fputc('\n', o->f);
}

void lr_text_check(struct lr_out *o, const struct lr_check *c, bool brief)
{
	if (brief && c->status == LR_CHECK_PASSED) {
		sum(o, c, true);
		return;
	}
	size_t told = 0;
	for (int status = LR_CHECK_FAILED; status > LR_CHECK_PASSED; status--)
		for (size_t i = 0; i < c->rules_used; i++)
			if ((int)c->rules[i].status == status)
				rule(o, &c->rules[i], told++ < WHOLE);
	bool each = !brief && c->passed <= PASSED;
	if (!each && c->passed && c->passed < c->rules_used) {
		word(o, "", lr_check_words[LR_CHECK_PASSED]);
		counted(o, c->passed, c->rules_used);
		fputc('\n', o->f);
	}
	for (size_t i = 0; each && i < c->rules_used; i++)
		if (c->rules[i].status == LR_CHECK_PASSED) {
			word(o, "", lr_check_words[LR_CHECK_PASSED]);
			lr_put_safe(o->f, c->rules[i].text);
			fprintf(o->f, "  %s", o->dim);
			lr_put_safe(o->f, c->rules[i].why);
			fprintf(o->f, "%s\n", o->off);
		}
	loose(o, c);
	for (size_t i = 0; i < c->notes_used; i++) {
		word(o, "", "note");
		lr_put_safe(o->f, c->notes[i]);
		fputc('\n', o->f);
	}
	sum(o, c, false);
}
