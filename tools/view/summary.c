#include "tools/view/summary.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

/* What the traced side counted in its header: lost counter, key, text, whether it is a loss. */
#define LOST_ROWS(X)                                                                               \
	X(LTF_LOST_EVENTS, "dropped_events", "events dropped, no room or tracing had stopped",     \
		true)                                                                              \
	X(LTF_LOST_STACKS, "events_without_stack", "events recorded without their stack", true)    \
	X(LTF_LOST_NESTED, "nested_calls", "calls from signal handlers that were not recorded",    \
		true)                                                                              \
	X(LTF_LOST_LATE, "late_events", "events after the end mark", false)                        \
	X(LTF_LOST_ADDRESSES, "high_addresses", "blocks above 47 bits of address, not recorded",   \
		true)                                                                              \
	X(LTF_LOST_BLOBS, "dropped_records", "metadata records dropped", true)                     \
	X(LTF_LOST_STACKS_CUT, "truncated_stacks", "stacks cut at the depth limit", false)         \
	X(LTF_LOST_STACKS_UNSURE, "uncertain_stacks", "stacks that end before their root", false)  \
	X(LTF_LOST_VERIFIED, "verified_stacks", "stacks compared (LEAKTRACE_UNWIND=verify)",       \
		false)                                                                             \
	X(LTF_LOST_VERIFIED_OTHER, "differing_stacks", "of these differ from a walk anew", true)   \
	X(LTF_LOST_LIBGCC_OTHER, "differing_from_libgcc", "of these differ from libgcc's", true)   \
	X(LTF_LOST_UNCONFIRMED, "unconfirmed_stacks",                                              \
		"of these could not be followed by libgcc to their end", false)

/* What this side found: field of struct lr_missed. A kill catches each thread in one call at most:
 * that many gaps are no loss. */
#define MISSED_ROWS(X)                                                                             \
	X(frees_of_unknown, "releases of blocks whose allocation was not recorded", true)          \
	X(frees_of_inherited, "releases of blocks inherited over fork", false)                     \
	X(overlaps, "blocks whose release was not recorded", true)                                 \
	X(gaps, "events begun but never completed", s->finished || m->missed.gaps > s->threads)    \
	X(disordered, "events out of order", true)                                                 \
	X(undefined_sites, "allocations whose stack is not in the dump", true)                     \
	X(damaged_events, "damaged events", true)                                                  \
	X(over_limit, "things beyond this reporter's limits", true)                                \
	X(open_reallocs, "reallocs still going on at the end", false)                              \
	X(unknown_events, "events of an unknown kind", false)

static void add_row(
	struct lr_summary *s, const char *key, const char *text, uint64_t count, bool loss)
{
	s->coverage[s->coverage_used++] =
		(struct lr_coverage_row){.key = key, .text = text, .count = count, .loss = loss};
	if (count && loss)
		s->complete = false;
}

/* A malloc in front of the tracer's, in the program itself: `leakreport info` says where. */
static bool has_own_malloc(const struct lr_dump *d)
{
	size_t len;
	const char *unhooked = lr_dump_meta(d, "unhooked", &len);
	return unhooked && strncmp(unhooked, "malloc of ", 10) == 0;
}

/* What the last scans have found in the processes, and no hook has seen coming or going. */
static void add_unknown_origin(struct lr_summary *s, const struct lr_model *m)
{
	static const struct {
		unsigned kind;
		const char *unknown, *unknown_text, *missing, *missing_text;
	} rows[] = {
#define ROW(name, words)                                                                           \
	{LR_RES_##name, words "s_of_unknown_origin", words "s of unknown origin",                  \
		words "s_gone_unseen", words "s gone, no release was seen"}
		ROW(THREAD, "thread"), ROW(TIMER, "timer"), ROW(MAPPING, "mapping"),
		ROW(DESCRIPTOR, "descriptor")};
#undef ROW
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t unknown = 0, missing = 0;
		for (size_t d = 0; d < m->dumps_used; d++) {
			const struct lr_dump *dump = &m->dumps[d];
			const struct lr_scan *last = lr_scans_get(&dump->scans, LR_SCANS_LAST);
			struct lr_open_sum sum = {0};
			if (last)
				sum = lr_open_sum(
					lr_dump_open_at(dump, last->number), rows[i].kind);
			if (sum.in_bytes) /* the loader's are among them */
				continue;
			unknown += sum.unknown;
			missing += sum.missing;
		}
		add_row(s, rows[i].unknown, rows[i].unknown_text, unknown, false);
		add_row(s, rows[i].missing, rows[i].missing_text, missing, false);
	}
}

static void make_coverage(struct lr_summary *s, const struct lr_model *m)
{
	uint64_t lost[LTF_LOST_COUNT] = {0}, skipped = 0, bad_runs = 0, unknown = 0, own = 0,
		 untraced = 0;
	for (size_t i = 0; i < m->dumps_used; i++) {
		for (int k = 0; k < LTF_LOST_COUNT; k++)
			lost[k] += m->dumps[i].header.lost[k];
		skipped += m->dumps[i].status.skipped_bytes;
		bad_runs += m->dumps[i].status.bad_runs;
		unknown += m->dumps[i].status.unknown_records;
		own += has_own_malloc(&m->dumps[i]);
		untraced += m->dumps[i].header.stop_reason == LTF_STOP_SANITIZER;
	}
	s->coverage = lr_calloc(LTF_LOST_COUNT + 32, sizeof(*s->coverage));
#define LOST_ROW(index, key, text, loss) add_row(s, key, text, lost[index], loss);
	LOST_ROWS(LOST_ROW)
#define MISSED_ROW(field, text, loss) add_row(s, #field, text, m->missed.field, loss);
	MISSED_ROWS(MISSED_ROW)
	add_row(s, "skipped_bytes", "bytes of damaged dump stepped over", skipped, true);
	add_row(s, "damaged_runs", "runs of events cut short by damage", bad_runs, true);
	/* One that hands all calls on is no loss; one that hands on none leaves nothing to see. */
	add_row(s, "own_mallocs",
		"programs with a malloc in front: what it does not hand on is not seen", own,
		m->total.allocations == 0);
	add_row(s, "untraced_programs", "programs not traced: they are built with a sanitizer",
		untraced, true);
	add_unknown_origin(s, m);
	add_row(s, "unknown_records", "records of an unknown kind", unknown, false);
	if (s->damaged)
		s->complete = false;
}

static bool needs_quotes(const char *s)
{
	return !*s || strpbrk(s, " \t\n\"'\\$&|;<>()*?[]{}`~#!") != NULL;
}

/* Arguments, joined by zero bytes in the dump, as they could be typed. */
static char *command_of(const struct lr_dump *d)
{
	size_t len, used = 0;
	const char *args = lr_dump_meta(d, "cmdline", &len);
	if (!args)
		return NULL;
	char *out = lr_calloc(len * 4 + 8, 1);
	for (size_t at = 0; at < len;) {
		const char *arg = args + at;
		bool quote = needs_quotes(arg);
		if (used)
			out[used++] = ' ';
		if (quote)
			out[used++] = '\'';
		for (; *arg; arg++, at++) {
			if (*arg == '\'') {
				memcpy(out + used, "'\\'", 3);
				used += 3;
			}
			out[used++] = *arg;
		}
		if (quote)
			out[used++] = '\'';
		at++;
	}
	out[used] = 0;
	return out;
}

static const char *stop_reason(uint32_t reason)
{
	static const char *const words[] = {
		[LTF_STOP_NONE] = "for a reason unknown",
		[LTF_STOP_DISK] = "the disk was full",
		[LTF_STOP_MEMORY] = "there was no memory",
		[LTF_STOP_LIMIT] = "a resource limit was reached",
		[LTF_STOP_FD] = "its file was closed",
	};
	return words[reason < sizeof(words) / sizeof(*words) ? reason : 0];
}

static char *ended_words(const struct lr_dump *d)
{
	const struct ltf_header *h = &d->header;
	const char *signal = lr_dump_meta(d, "signal", NULL);
	const char *next = lr_dump_meta(d, "exec", NULL);
	switch (h->state) {
	case LTF_STATE_FINISHED:
		if (h->exit_status != LTF_STATUS_UNKNOWN)
			return lr_format("exit status %u", h->exit_status);
		if (signal)
			return lr_format("signal %s", signal);
		return lr_strdup("finished");
	case LTF_STATE_EXEC:
		return next ? lr_format("replaced by %s (exec)", next)
			    : lr_strdup("replaced by another image (exec)");
	case LTF_STATE_STOPPED:
		if (h->stop_reason == LTF_STOP_SANITIZER)
			return lr_strdup("not traced: it is built with a sanitizer");
		return lr_format("tracing stopped early: %s", stop_reason(h->stop_reason));
	default:
		if (signal)
			return lr_format("signal %s", signal);
		return lr_strdup("no end mark: killed, or still running");
	}
}

static const char *state_name(uint32_t state)
{
	switch (state) {
	case LTF_STATE_FINISHED:
		return "finished";
	case LTF_STATE_EXEC:
		return "exec";
	case LTF_STATE_STOPPED:
		return "stopped";
	default:
		return "unfinished";
	}
}

static void make_runs(struct lr_summary *s, const struct lr_model *m)
{
	static const char *const origins[] = {"start", "fork", "exec"};
	s->runs = lr_calloc(m->dumps_used, sizeof(*s->runs));
	s->runs_used = m->dumps_used;
	s->finished = true;
	for (size_t i = 0; i < m->dumps_used; i++) {
		const struct lr_dump *d = &m->dumps[i];
		const struct ltf_header *h = &d->header;
		s->runs[i] = (struct lr_run_view){.path = d->path,
			.program = h->program,
			.command = command_of(d),
			.ended = ended_words(d),
			.state = state_name(h->state),
			.damage = lr_dump_damaged(d) ? d->status.damage.text : NULL,
			.pid = h->pid,
			.parent_pid = h->parent_pid,
			.image = h->image,
			.origin = origins[h->origin < 3 ? h->origin : 0],
			.exit_known = h->state == LTF_STATE_FINISHED &&
				      h->exit_status != LTF_STATUS_UNKNOWN,
			.exit_status = h->exit_status,
			.start_real = h->start_real,
			.duration = d->duration,
			.dump = d};
		s->damaged |= s->runs[i].damage != NULL;
		s->finished &= h->state == LTF_STATE_FINISHED;
		if (s->duration < d->duration)
			s->duration = d->duration;
		if (s->rss_peak < d->rss_peak)
			s->rss_peak = d->rss_peak;
		s->threads += d->threads;
		if (s->most_threads < d->most_threads)
			s->most_threads = d->most_threads;
	}
	if (m->dumps_used == 1)
		s->peak_time = m->dumps[0].peak_time;
}

static void make_resources(struct lr_summary *s, const struct lr_model *m)
{
	for (unsigned k = 0; k < LR_RES_KINDS; k++) {
		struct lr_resource_view *r = &s->resources[k];
		r->words = lr_resource_words(k);
		r->total = lr_model_resource_total(m, k);
		r->occurs = r->total.created || r->total.inherited;
	}
}

struct lr_summary *lr_summary_make(const struct lr_model *m)
{
	struct lr_summary *s = lr_calloc(1, sizeof(*s));
	s->total = m->total;
	s->reallocations = m->reallocations;
	s->sites = m->sites_used;
	s->sizes = m->sizes;
	s->lifetimes = m->lifetimes;
	s->complete = true;
	if (m->total.allocations)
		s->temporary = (double)m->total.temporary / (double)m->total.allocations;
	make_runs(s, m);
	make_resources(s, m);
	make_coverage(s, m);
	return s;
}

void lr_summary_free(struct lr_summary *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->runs_used; i++) {
		free(s->runs[i].command);
		free(s->runs[i].ended);
	}
	free(s->runs);
	free(s->coverage);
	free(s);
}
