/* For people: aligned columns, one screen for a summary. */
#include "tools/render/text_leaks.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "tools/util/text.h"

static void counted(struct lr_out *o, const char *text, uint64_t count, uint64_t bytes)
{
	lr_text_label(o, text);
	fprintf(o->f, "%15s  %12s\n", lr_show_count(count).text, lr_show_bytes(bytes).text);
}

static void run_head(struct lr_out *o, const struct lr_run_view *run, bool only)
{
	fprintf(o->f, "%s", o->bold);
	lr_put_safe(o->f, run->program[0] ? run->program : "(unknown program)");
	fprintf(o->f, "%s  pid %" PRIu32, o->off, run->pid);
	if (run->image)
		fprintf(o->f, ", image %" PRIu32, run->image);
	if (run->parent_pid)
		fprintf(o->f, ", from pid %" PRIu32 " by %s", run->parent_pid, run->origin);
	fputs("  ", o->f);
	lr_put_safe(o->f, run->path);
	fputc('\n', o->f);
	if (run->command) {
		lr_text_label(o, "command");
		lr_put_safe(o->f, run->command);
		fputc('\n', o->f);
	}
	lr_text_label(o, "ended");
	lr_put_safe(o->f, run->ended);
	fprintf(o->f, ", after %s\n", lr_show_time(run->duration).text);
	if (run->damage && !only) {
		lr_text_label(o, "damaged");
		fprintf(o->f, "%s", o->warn);
		lr_put_safe(o->f, run->damage);
		fprintf(o->f, "%s\n", o->off);
	}
}

static void resource(struct lr_out *o, const struct lr_resource_view *r)
{
	const struct lr_resource_total *t = &r->total;
	uint64_t owed = t->created - t->released - t->lost;
	if (owed)
		fprintf(o->f, "  %s%s %s%s", o->warn, lr_show_count(owed).text, r->words->lacks,
			o->off);
	if (t->open_bytes)
		fprintf(o->f, ", %s", lr_show_bytes(t->open_bytes).text);
	fputc('\n', o->f);
}

static void resources(struct lr_out *o, const struct lr_summary *s)
{
	enum { LABEL = 16, COUNT = 15 }; /* columns; a long label takes some of the number's */
	lr_text_label(o, "threads");
	fprintf(o->f, "%15s", lr_show_count(s->threads).text);
	if (s->most_threads)
		fprintf(o->f, "  at most %s at a time", lr_show_count(s->most_threads).text);
	resource(o, &s->resources[LR_RES_THREAD]);
	for (int k = LR_RES_THREAD + 1; k < LR_RES_KINDS; k++) {
		const struct lr_resource_view *r = &s->resources[k];
		if (!r->occurs)
			continue;
		size_t over = strlen(r->words->many);
		over = over > LABEL ? over - LABEL : 0;
		lr_text_label(o, r->words->many);
		fprintf(o->f, "%*s  at most %s at a time", over < COUNT ? (int)(COUNT - over) : 1,
			lr_show_count(r->total.created).text,
			lr_show_count(r->total.peak_open).text);
		resource(o, r);
	}
}

static void coverage(struct lr_out *o, const struct lr_summary *s)
{
	lr_text_label(o, "coverage");
	if (s->damaged)
		fprintf(o->f, "%spartial: the dump is damaged%s\n", o->warn, o->off);
	else if (!s->complete)
		fprintf(o->f, "%sincomplete%s\n", o->warn, o->off);
	else
		fprintf(o->f, "complete%s\n",
			s->finished ? "" : "; no end mark, every event that was recorded");
	for (size_t i = 0; i < s->runs_used; i++)
		if (s->runs[i].damage) {
			lr_text_label(o, "");
			lr_put_safe(o->f, lr_base_name(s->runs[i].path));
			fputs(": ", o->f);
			lr_put_safe(o->f, s->runs[i].damage);
			fputc('\n', o->f);
		}
	for (size_t i = 0; i < s->coverage_used; i++)
		if (s->coverage[i].count) {
			lr_text_label(o, "");
			fprintf(o->f, "%s%s %s%s\n", s->coverage[i].loss ? o->warn : "",
				lr_show_count(s->coverage[i].count).text, s->coverage[i].text,
				s->coverage[i].loss ? o->off : "");
		}
}

enum { RUNS_SHOWN = 4 };

static void run_heads(struct lr_out *o, const struct lr_summary *s)
{
	for (size_t i = 0; i < s->runs_used && i < RUNS_SHOWN; i++)
		run_head(o, &s->runs[i], true);
	if (s->runs_used > RUNS_SHOWN)
		fprintf(o->f, "and %zu more dumps\n", s->runs_used - RUNS_SHOWN);
}

static void summary(struct lr_out *o, const struct lr_summary *s, const struct lr_leaks *leaks)
{
	counted(o, "allocations", s->total.allocations, s->total.allocated_bytes);
	lr_text_label(o, "frees");
	fprintf(o->f, "%15s", lr_show_count(s->total.frees).text);
	if (s->reallocations)
		fprintf(o->f, "  %s of both by realloc", lr_show_count(s->reallocations).text);
	fputc('\n', o->f);
	lr_text_label(o, "peak");
	fprintf(o->f, "%15s  %12s", lr_show_count(s->total.peak_blocks).text,
		lr_show_bytes(s->total.peak_bytes).text);
	if (s->runs_used > 1)
		fputs("  sum of each one's", o->f);
	else if (s->peak_time)
		fprintf(o->f, "  at %s", lr_show_time(s->peak_time).text);
	if (s->rss_peak)
		fprintf(o->f, "; resident %s", lr_show_bytes(s->rss_peak).text);
	fputc('\n', o->f);
	counted(o, "unfreed at exit", s->total.live_blocks, s->total.live_bytes);
	if (leaks)
		lr_text_leak_sums(o, leaks, true);
	lr_text_label(o, "temporary");
	fprintf(o->f, "%15s  %12s\n", lr_show_count(s->total.temporary).text,
		lr_show_percent(s->temporary).text);
	resources(o, s);
	coverage(o, s);
}

static void row_counts(struct lr_out *o, const struct lr_counts *c, double temporary)
{
	fprintf(o->f, "%11s  %12s %12s %12s %9s  ", lr_show_count(c->allocations).text,
		lr_show_bytes(c->allocated_bytes).text, lr_show_bytes(c->peak_bytes).text,
		lr_show_bytes(c->live_bytes).text, lr_show_percent(temporary).text);
}

static void table(struct lr_out *o, const struct lr_table *t)
{
	enum { INDENT = 62 };
	fprintf(o->f, "\n%s%-12s %12s %12s %12s %9s  by %s%s\n", o->bold, "allocations", "bytes",
		"peak", "unfreed", "temporary", lr_group_names[t->group], o->off);
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_row *r = &t->rows[i];
		row_counts(o, &r->counts, r->temporary);
		if (t->group == LR_GROUP_SITE) {
			lr_text_stack(o, r->stack, r->stack_used, r->stack_cut, INDENT);
			continue;
		}
		lr_put_safe(o->f, r->name);
		fputc('\n', o->f);
	}
	if (t->used > 1) {
		row_counts(o, &t->total, t->temporary);
		fputs("in all\n", o->f);
	}
	if (t->used == 0)
		fputs("  nothing\n", o->f);
	if (t->used < t->all_rows)
		fprintf(o->f, "%zu of %zu by %s; --limit shows more\n", t->used, t->all_rows,
			lr_sort_names[t->sort]);
}

static void metadata(struct lr_out *o, const struct lr_dump *d)
{
	for (size_t i = 0; i < d->meta_used; i++) {
		const struct lr_meta *m = &d->meta[i];
		if (strcmp(m->key, "cmdline") == 0)
			continue;
		fputs("  ", o->f);
		for (size_t n = lr_put_safe(o->f, m->key); n < 16; n++)
			fputc(' ', o->f);
		lr_put_safe_n(o->f, m->value, m->value_len);
		fputc('\n', o->f);
	}
	if (d->header.start_real) {
		time_t t = (time_t)(d->header.start_real / 1000000000);
		struct tm tm;
		char text[40];
		if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%F %T UTC", &tm)) {
			lr_text_label(o, "started");
			fprintf(o->f, "%s\n", text);
		}
	}
	lr_text_label(o, "dump");
	fprintf(o->f, "%s events, %s chunks, %s stored, %s events from the ring\n",
		lr_show_count(d->status.events).text, lr_show_count(d->status.chunks).text,
		lr_show_bytes(d->status.stream_bytes).text,
		lr_show_count(d->status.ring_events).text);
}

static void details(struct lr_out *o, const struct lr_summary *s, const struct lr_details *d,
	const struct lr_resources_view *v)
{
	for (size_t i = 0; i < s->runs_used; i++) {
		run_head(o, &s->runs[i], false);
		metadata(o, s->runs[i].dump);
	}
	fprintf(o->f, "\n%sthreads%s\n", o->bold, o->off);
	for (size_t i = 0; i < d->threads_used; i++) {
		const struct lr_thread *t = d->threads[i].thread;
		fprintf(o->f, "  %11s allocations %12s  ", lr_show_count(t->allocations).text,
			lr_show_bytes(t->allocated_bytes).text);
		lr_put_safe(o->f, d->threads[i].label);
		fprintf(o->f, "  tid %" PRIu32 "%s\n", t->tid, t->ended ? ", ended" : "");
	}
	if (d->threads_used < d->threads_all)
		fprintf(o->f, "  %zu of %zu; --limit shows more\n", d->threads_used,
			d->threads_all);
	fprintf(o->f, "\n%smodules%s\n", o->bold, o->off);
	for (size_t i = 0; i < d->modules_used; i++) {
		fprintf(o->f, "  %-40s  ", d->modules[i].build_id);
		lr_put_safe(o->f, d->modules[i].path);
		fputc('\n', o->f);
	}
	if (v->kinds_used) {
		fputc('\n', o->f);
		lr_text_resources(o, v);
	}
	coverage(o, s);
}

/* Those that are not the defaults. */
static void thresholds(struct lr_out *o, const struct lr_thresholds *t)
{
	for (int i = 0; i < LR_THRESHOLD_COUNT; i++) {
		enum lr_threshold_id id = (enum lr_threshold_id)i;
		if (lr_threshold_changed(t, id))
			fprintf(o->f, "with --threshold=%s=%s\n", lr_threshold_rows[i].name,
				lr_threshold_show(id, t->of[i]).text);
	}
}

void lr_render_text(FILE *f, const struct lr_report *r, const struct lr_style *style)
{
	struct lr_out o = {.f = f, .bold = "", .dim = "", .warn = "", .off = ""};
	if (style->color) {
		o.bold = "\033[1m";
		o.dim = "\033[2m";
		o.warn = "\033[33m";
		o.off = "\033[0m";
	}
	if (r->check) {
		lr_text_check(&o, r->check, r->brief);
		return;
	}
	if (r->headline || r->leaks)
		run_heads(&o, r->summary);
	if (r->leaks)
		lr_text_leak_scans(&o, r->leaks);
	if (r->leaks && !r->headline)
		lr_text_leak_sums(&o, r->leaks, false);
	if (r->headline || r->leaks)
		fputc('\n', f);
	if (r->findings)
		lr_text_findings(&o, r->findings);
	if (r->leaks && !r->headline)
		lr_text_leak_rows(&o, r->leaks, r->findings != NULL);
	if (r->headline)
		summary(&o, r->summary, r->leaks);
	if (r->details)
		details(&o, r->summary, r->details, r->resources);
	if (r->table && (r->headline || !r->leaks))
		table(&o, r->table);
	if (r->resources && !r->details)
		lr_text_resources(&o, r->resources);
	if (r->regions)
		lr_text_regions(&o, r->regions);
	if (r->why)
		lr_text_why(&o, r->why);
	if (r->holders && r->headline)
		lr_text_top_holders(&o, r->holders);
	else if (r->holders)
		lr_text_holders(&o, r->holders);
	if (r->growth)
		lr_text_growth(&o, r->growth);
	if (r->unreachable)
		lr_text_unreachable(&o, r->unreachable);
	if (r->diff)
		lr_text_diff(&o, r->diff);
	if (r->changes)
		lr_text_changes(&o, r->changes);
	if (r->rules)
		lr_text_suppressions(&o, r->rules, r->rules_given);
	if (r->errors)
		lr_text_errors(&o, r->errors);
	if ((r->table || r->regions || r->growth || r->diff || (r->resources && !r->details)) &&
		!r->headline)
		coverage(&o, r->summary);
	if (r->thresholds)
		thresholds(&o, r->thresholds);
}
