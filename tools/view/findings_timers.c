/* timer.undeleted: timers of timer_create that were there in the end, and what only they hold. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/match.h"
#include "tools/view/only.h"
#include "tools/view/open_each.h"
#include "tools/view/resources.h"

struct timers {
	uint64_t count, periodic, armed, holding; /* holding: their value is a block's address */
	uint64_t latest; /* microseconds from the end: the last expiry of those that expire once */
	uint64_t every_low, every_high; /* ns, of periodic ones */
	uint64_t clock, notify, signal; /* of the first */
	bool mixed;                     /* not all are so */
};

/* SIGEV_THREAD's handles are the addresses of what the C library has made for them, halved, with a
 * bit that events do not carry. */
static uint64_t library_block(const struct lr_open_resource *r)
{
	return r->timer.notify == SIGEV_THREAD && r->handle > UINT32_MAX ? r->handle * 2 : 0;
}

static bool holds_block(const struct lr_open_each *e)
{
	const struct lr_scan *s = e->moment->scan;
	return s && e->res->timer.value && lr_open_seen(e) &&
	       lr_scan_block_at(s, e->res->timer.value) != UINT32_MAX;
}

/* Of processor time nothing is known. */
static bool runs_with_time(uint64_t clock)
{
	return clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID &&
	       clock <= CLOCK_TAI;
}

static void add_armed(struct timers *t, const struct lr_open_each *e)
{
	const struct lr_open_resource *r = e->res;
	uint64_t due = r->timer.set + r->timer.first / 1000;
	if (!r->timer.first)
		return;
	if (r->timer.every) {
		t->every_low = !t->periodic || r->timer.every < t->every_low ? r->timer.every
									     : t->every_low;
		t->every_high = r->timer.every > t->every_high ? r->timer.every : t->every_high;
		t->periodic++;
		t->armed++;
	} else if (due > e->end || !runs_with_time(r->timer.clock)) {
		t->armed++;
		if (runs_with_time(r->timer.clock) && due - e->end > t->latest)
			t->latest = due - e->end;
	}
}

static void add(struct timers *t, const struct lr_open_each *e)
{
	const struct lr_open_resource *r = e->res;
	if (!t->count) {
		t->clock = r->timer.clock;
		t->notify = r->timer.notify;
		t->signal = r->timer.signal;
	}
	t->mixed |= t->clock != r->timer.clock || t->notify != r->timer.notify ||
		    t->signal != r->timer.signal;
	t->count++;
	t->holding += holds_block(e);
	add_armed(t, e);
}

static void add_finding(struct lr_findings *f, const struct lr_findings_input *in,
	const struct timers *t, uint32_t frame)
{
	uint64_t many = lr_threshold(in->thresholds, LR_THRESHOLD_TIMER_UNDELETED_MANY);
	bool worse = t->count >= many || (t->periodic && t->holding);
	struct lr_finding *x = lr_finding_add(f, &lr_findings_timers, "timer.undeleted",
		worse ? LR_SEVERITY_MEDIUM : LR_SEVERITY_LOW, frame);
	x->count = x->weight = t->count;
	x->of = lr_findings_keep(f, t, sizeof(*t));
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	uint64_t least = lr_threshold(in->thresholds, LR_THRESHOLD_TIMER_UNDELETED_COUNT);
	struct lr_open_sites sites = {.used = 0};
	struct lr_open_each e = {.in = in, .sites = &sites, .kind = LR_RES_TIMER};
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	struct timers *list = NULL;
	size_t room = 0, used = 0;
	while (lr_open_next(&e)) {
		for (; used <= e.site; used++) {
			LR_GROW(list, used, room);
			list[used] = (struct timers){.count = 0};
		}
		add(&list[e.site], &e);
	}
	for (size_t i = 0; i < used; i++) {
		if (list[i].count >= least && lr_match_stack(match, sites.frames[i], 0))
			add_finding(f, in, &list[i], sites.frames[i]);
	}
	lr_open_sites_free(&sites);
	lr_match_free(match);
	free(list);
}

/* Their values, which the kernel keeps. */
static bool is_theirs(void *ctx, const struct lr_scan *s, const struct lr_root_edge *e)
{
	const struct lr_scan_word *w = e->word ? &s->words[e->from] : NULL;
	return w && w->kind == LR_ROOT_KERNEL && w->id == LR_KEPT_TIMER &&
	       lr_map_find(ctx, w->number);
}

static bool add_held(const struct lr_findings_input *in, uint32_t frame,
	const struct lr_leak_scan *moment, struct lr_sum *sum)
{
	struct lr_open_sites sites = {.used = 0};
	struct lr_open_each e = {.in = in, .sites = &sites, .kind = LR_RES_TIMER, .frame = frame};
	struct lr_map ids = {.used = 0};
	struct lr_only only;
	bool known = lr_only_open(&only, moment->scan);
	bool *blocks = known ? lr_calloc(moment->scan->blocks_used, sizeof(*blocks)) : NULL;
	while (known && lr_open_next(&e)) {
		if (e.moment != moment || !lr_open_seen(&e))
			continue;
		uint64_t block = library_block(e.res);
		uint32_t at = block ? lr_scan_block_at(moment->scan, block) : UINT32_MAX;
		if (at != UINT32_MAX)
			blocks[at] = true;
		else if (e.res->handle <= UINT32_MAX)
			*lr_map_put(&ids, e.res->handle, NULL) = 1;
	}
	if (known) {
		const struct lr_only_set set = {.is_one = is_theirs, .ctx = &ids, .blocks = blocks};
		struct lr_sum more = lr_only_sum(&only, &set);
		sum->blocks += more.blocks;
		sum->bytes += more.bytes;
	}
	lr_only_close(&only);
	lr_open_sites_free(&sites);
	lr_map_free(&ids);
	free(blocks);
	return known;
}

static void say_held(struct lr_finding *x, const struct lr_findings_input *in)
{
	struct lr_sum held = {0};
	bool known = false;
	for (size_t i = 0; i < in->leaks->scans_used; i++)
		known |= add_held(in, x->frame, &in->leaks->scans[i], &held);
	if (!known)
		return;
	struct lr_scan_sum sum = {held.blocks, held.bytes};
	char *amount = lr_leak_amount(&sum);
	if (held.blocks)
		lr_finding_say(x, "%s only %s lead%s to", amount,
			x->count == 1 ? "its argument" : "their arguments",
			x->count == 1 ? "s" : "");
	free(amount);
	lr_finding_count(x, "held_blocks", held.blocks);
	lr_finding_count(x, "held_bytes", held.bytes);
	x->bytes = held.bytes;
}

static char *signal_text(uint64_t signal)
{
	if (signal >= (uint64_t)SIGRTMIN && signal <= (uint64_t)SIGRTMAX)
		return lr_format("signal %llu (SIGRTMIN+%llu)", (unsigned long long)signal,
			(unsigned long long)signal - (unsigned long long)SIGRTMIN);
	const char *name = signal && signal < (uint64_t)SIGRTMIN ? sigabbrev_np((int)signal) : NULL;
	return name ? lr_format("signal %llu (SIG%s)", (unsigned long long)signal, name)
		    : lr_format("signal %llu", (unsigned long long)signal);
}

static char *notify_text(const struct timers *t)
{
	enum { THREAD_ID = 4 };
	if (t->notify == SIGEV_THREAD)
		return lr_strdup("by a thread that the C library starts");
	if (t->notify == SIGEV_NONE)
		return lr_strdup("nobody");
	char *signal = signal_text(t->signal);
	char *text = lr_format("by %s%s", signal, t->notify == THREAD_ID ? " to a thread" : "");
	free(signal);
	return text;
}

static char *armed_text(const struct timers *t)
{
	uint64_t once = t->armed - t->periodic;
	if (t->periodic == t->count && t->every_low == t->every_high)
		return lr_format("periodic, every %s", lr_show_time(t->every_low / 1000).text);
	if (t->periodic == t->count)
		return lr_format("periodic, every %s to %s", lr_show_time(t->every_low / 1000).text,
			lr_show_time(t->every_high / 1000).text);
	if (t->periodic)
		return lr_format("%s of which periodic", lr_show_count(t->periodic).text);
	if (once == 0)
		return lr_strdup("not armed any more");
	if (t->latest)
		return lr_format(
			"armed once, for up to %s after the end", lr_show_time(t->latest).text);
	return lr_strdup("armed once");
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct timers *t = x->of;
	char *armed = armed_text(t), *notify = notify_text(t);
	lr_finding_title(x, "%s timer%s never deleted, %s", lr_show_count(t->count).text,
		t->count == 1 ? "" : "s", armed);
	if (!t->mixed)
		lr_finding_say(x, "%s; %s %s", lr_clock_word(t->clock), "notifies", notify);
	free(armed);
	free(notify);
	lr_finding_count(x, "periodic", t->periodic);
	lr_finding_count(x, "armed", t->armed);
	say_held(x, in);
	lr_finding_next(x, "timer_delete each timer that %s makes, when it is not needed any more",
		lr_names_function(in->names, x->frame));
}

const struct lr_finding_producer lr_findings_timers = {.find = find, .explain = explain};
