/* What changed from one run to another. */
#include <inttypes.h>
#include <string.h>
#include "tools/render/text_parts.h"
#include "tools/util/fold.h"
#include "tools/util/text.h"

enum { COLUMN = 15 };

static void difference(struct lr_out *o, const struct lr_two *t)
{
	bool less;
	uint64_t by = lr_two_by(t, &less);
	struct lr_short n = lr_show_count(by);
	char text[sizeof(n.text) + 1];
	snprintf(text, sizeof(text), "%s%s", by ? less ? "-" : "+" : "", n.text);
	fprintf(o->f, "%*s", COLUMN, text);
}

static void percent(struct lr_out *o, const struct lr_two *t)
{
	bool less;
	uint64_t by = lr_two_by(t, &less);
	if (!t->of[LR_BEFORE])
		return;
	double share = (double)by / (double)t->of[LR_BEFORE];
	char text[48];
	snprintf(text, sizeof(text), "%s%s", less ? "-" : "+", lr_show_percent(share).text);
	fprintf(o->f, "  %s%10s%s", o->dim, text, o->off);
}

static void total(struct lr_out *o, const char *text, const struct lr_two *t)
{
	if (!t->of[LR_BEFORE] && !t->of[LR_AFTER])
		return;
	fprintf(o->f, "  %-26s%*s%*s", text, COLUMN, lr_show_count(t->of[LR_BEFORE]).text, COLUMN,
		lr_show_count(t->of[LR_AFTER]).text);
	if (lr_two_differ(t)) {
		difference(o, t);
		percent(o, t);
	} else {
		fprintf(o->f, "%*s", COLUMN, "same");
	}
	fputc('\n', o->f);
}

static void totals(struct lr_out *o, const struct lr_changes *v)
{
	fprintf(o->f, "%s  %-26s%*s%*s%*s%s\n", o->bold, "", COLUMN, "before", COLUMN, "after",
		COLUMN, "difference", o->off);
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		total(o, lr_metrics[i].text, &v->total[i]);
}

/* "allocates (by what it calls for it) <- its callers": of a whole path, or from f on. */
static void path(struct lr_out *o, const struct lr_measured_frame *inner,
	const struct lr_measured_frame *f, size_t used, size_t left_out)
{
	for (size_t i = 0; i < used && f; i++, f = f->outer) {
		if (i)
			fprintf(o->f, " %s<-%s ", o->dim, o->off);
		lr_put_function(o->f, f->function);
		if (lr_measured_is_nameless(f->function)) {
			fputs(" of ", o->f);
			lr_put_safe(o->f, f->module[0] ? f->module : "an unknown module");
		}
		if (i == 0 && inner && inner != f) {
			fprintf(o->f, " %s(by ", o->dim);
			lr_put_function(o->f, inner->function);
			fprintf(o->f, ")%s", o->off);
		}
	}
	if (left_out)
		fprintf(o->f, " %s<- %zu more%s", o->dim, left_out, o->off);
}

static void file_of(struct lr_out *o, const struct lr_measured_site *s)
{
	if (!s->file)
		return;
	fprintf(o->f, "  %s", o->dim);
	lr_put_safe(o->f, lr_base_name(s->file));
	if (s->line)
		fprintf(o->f, ":%u", s->line);
	fputs(o->off, o->f);
}

static void branches(struct lr_out *o, const struct lr_changes *v)
{
	if (!v->branches_used)
		return;
	fprintf(o->f, "\n%s%*s%*s%*s  calls that are new or gone, with all below them%s\n", o->bold,
		COLUMN, "allocations", COLUMN, "bytes", COLUMN, "sites", o->off);
	for (size_t i = 0; i < v->branches_used; i++) {
		const struct lr_branch *b = &v->branches[i];
		struct lr_two allocations = {{0}}, bytes = {{0}};
		allocations.of[!b->gone] = b->values.of[LR_METRIC_ALLOCATIONS];
		bytes.of[!b->gone] = b->values.of[LR_METRIC_BYTES];
		difference(o, &allocations);
		difference(o, &bytes);
		fprintf(o->f, "%*s  %s  ", COLUMN, lr_show_count(b->sites).text,
			b->gone ? "gone" : "new ");
		path(o, NULL, b->called, b->path_used, b->left_out);
		fputc('\n', o->f);
	}
	if (v->branches_used < v->all_branches)
		fprintf(o->f, "%zu of %zu\n", v->branches_used, v->all_branches);
}

/* Columns beside allocations and bytes. */
static bool shows_metric(const struct lr_changes *v)
{
	return v->metric == LR_METRIC_PEAK || v->metric == LR_METRIC_TEMPORARY;
}

static bool shows_lost(const struct lr_changes *v)
{
	for (size_t i = 0; i < v->used; i++)
		if (lr_two_differ(&v->rows[i].lost_bytes))
			return true;
	return false;
}

static void row(struct lr_out *o, const struct lr_changes *v, const struct lr_change *r, bool lost)
{
	difference(o, &r->of[LR_METRIC_ALLOCATIONS]);
	difference(o, &r->of[LR_METRIC_BYTES]);
	difference(o, &r->of[LR_METRIC_LIVE_BYTES]);
	if (shows_metric(v))
		difference(o, &r->of[v->metric]);
	if (lost)
		difference(o, &r->lost_bytes);
	fprintf(o->f, "  %-4s  ", lr_change_keys[r->kind]);
	if (!r->site) {
		lr_put_safe(o->f, r->name);
	} else {
		path(o, r->site->path, r->means, r->path_used, r->left_out);
		file_of(o, r->site);
	}
	fputc('\n', o->f);
}

static void rows(struct lr_out *o, const struct lr_changes *v)
{
	bool lost = shows_lost(v);
	if (!v->all_rows)
		return;
	fprintf(o->f, "\n%s%*s%*s%*s", o->bold, COLUMN, "allocations", COLUMN, "bytes", COLUMN,
		"unfreed bytes");
	if (shows_metric(v))
		fprintf(o->f, "%*s", COLUMN, v->metric == LR_METRIC_PEAK ? "peak" : "temporary");
	if (lost)
		fprintf(o->f, "%*s", COLUMN, "lost bytes");
	fprintf(o->f, "  by %s: ", lr_group_names[v->group]);
	for (int k = 0, told = 0; k < LR_CHANGE_KIND_COUNT; k++)
		if (v->kinds[k])
			fprintf(o->f, "%s%zu %s", told++ ? ", " : "", v->kinds[k],
				lr_change_keys[k]);
	fprintf(o->f, "%s\n", o->off);
	for (size_t i = 0; i < v->used; i++)
		row(o, v, &v->rows[i], lost);
	if (v->used < v->all_rows)
		fprintf(o->f, "%zu of %zu, those that changed most; --limit shows more\n", v->used,
			v->all_rows);
}

static void findings(struct lr_out *o, const struct lr_changes *v)
{
	if (!v->findings_used)
		return;
	fprintf(o->f, "\n%s%*s%*s%*s  findings%s\n", o->bold, COLUMN, "before", COLUMN, "after",
		COLUMN, "difference", o->off);
	for (size_t i = 0; i < v->findings_used; i++) {
		const struct lr_finding_change *x = &v->findings[i];
		fprintf(o->f, "%*s%*s", COLUMN, lr_show_count(x->count.of[LR_BEFORE]).text, COLUMN,
			lr_show_count(x->count.of[LR_AFTER]).text);
		difference(o, &x->count);
		fprintf(o->f, "  %s  ", x->kind);
		if (x->site)
			path(o, x->site->path, x->site->means, x->path_used, x->left_out);
		fputc('\n', o->f);
	}
	if (v->findings_used < v->all_findings)
		fprintf(o->f, "%zu of %zu; --limit shows more\n", v->findings_used,
			v->all_findings);
}

static void resources(struct lr_out *o, const struct lr_changes *v)
{
	if (!v->resources_used)
		return;
	fprintf(o->f, "\n%s%*s%*s%*s  resources%s\n", o->bold, COLUMN, "opened", COLUMN,
		"open before", COLUMN, "after", o->off);
	for (size_t i = 0; i < v->resources_used; i++) {
		const struct lr_resource_change *x = &v->resources[i];
		difference(o, &x->created);
		fprintf(o->f, "%*s%*s  %s  ", COLUMN, lr_show_count(x->open.of[LR_BEFORE]).text,
			COLUMN, lr_show_count(x->open.of[LR_AFTER]).text, x->kind);
		if (x->site)
			path(o, x->site->path, x->site->means, x->path_used, x->left_out);
		fputc('\n', o->f);
	}
	if (v->resources_used < v->all_resources)
		fprintf(o->f, "%zu of %zu; --limit shows more\n", v->resources_used,
			v->all_resources);
}

static void heads(struct lr_out *o, const struct lr_changes *v)
{
	static const char *const labels[] = {"before", "after"};
	for (int side = 0; side < 2; side++) {
		const struct lr_measure *m = v->compare->of[side];
		lr_text_label(o, labels[side]);
		if (m->command && m->programs_used < 2)
			lr_put_safe(o->f, m->command);
		else if (m->programs_used)
			lr_put_safe(o->f, m->programs[0].name);
		if (m->programs_used > 1)
			fprintf(o->f, " and %zu other%s", m->programs_used - 1,
				m->programs_used == 2 ? "" : "s");
		if (m->processes > 1)
			fprintf(o->f, "  %s(%" PRIu64 " processes)%s", o->dim, m->processes,
				o->off);
		fputc('\n', o->f);
	}
	fputc('\n', o->f);
}

static void notes(struct lr_out *o, const struct lr_changes *v, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		fputs(o->warn, o->f);
		lr_put_safe(o->f, v->notes[i]);
		fprintf(o->f, "%s\n", o->off);
	}
	if (from < to && from == 0 && !v->same)
		fputc('\n', o->f);
}

void lr_text_changes(struct lr_out *o, const struct lr_changes *v)
{
	if (v->same) {
		notes(o, v, 0, v->warnings);
		fprintf(o->f, "no differences: %s allocations in both, at the same sites\n",
			lr_show_count(v->total[LR_METRIC_ALLOCATIONS].of[LR_AFTER]).text);
	} else {
		heads(o, v);
		notes(o, v, 0, v->warnings);
		totals(o, v);
		branches(o, v);
		rows(o, v);
		findings(o, v);
		resources(o, v);
	}
	if (v->notes_used > v->warnings && !v->same)
		fputc('\n', o->f);
	notes(o, v, v->warnings, v->notes_used);
}
