/* thread.unjoined: threads that nobody has joined or detached, and so are kept. thread.blocked:
 * threads to which nothing is owed that wait without a time limit. Of a thread only one is said. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/match.h"
#include "tools/view/only.h"
#include "tools/view/open_each.h"
#include "tools/view/wait_places.h"

/* How a thread was at the scan. */
enum how { GONE, UNKNOWN, ENDED, RUNS, WAITS };

/* Goes through the threads, each with its row in the scan's table (NULL: none). */
struct each {
	struct lr_open_each e;
	struct lr_open_sites sites;
	struct lr_waits at;
	const struct lr_scan_pthread *row;
};

static bool next(struct each *x)
{
	x->e.sites = &x->sites;
	x->e.kind = LR_RES_THREAD;
	if (!lr_open_next(&x->e))
		return false;
	if (x->at.scan != x->e.moment->scan)
		lr_waits_open(&x->at, x->e.moment->scan);
	x->row = lr_open_seen(&x->e) ? lr_waits_row(&x->at, x->e.res->handle) : NULL;
	return true;
}

static void end(struct each *x)
{
	lr_waits_close(&x->at);
	lr_open_sites_free(&x->sites);
}

/* Where the table is there, a thread that is not in it is not there any more. */
static enum how how_is(const struct each *x)
{
	if (!x->row)
		return lr_open_seen(&x->e) && x->at.scan->pthreads_used ? GONE : UNKNOWN;
	return x->row->flags & LTF_PTHREAD_ENDED            ? ENDED
	       : x->row->waits == LTF_PTHREAD_WAITS_FOREVER ? WAITS
							    : RUNS;
}

static bool is_owed(const struct each *x)
{
	return !x->e.res->released && !(x->row && (x->row->flags & LTF_PTHREAD_DETACHED)) &&
	       !(x->row && lr_waits_joined(&x->at, x->row));
}

/* Which finding the thread belongs to: by kind. */
enum { UNJOINED, BLOCKED, NEITHER };
static const char *const kinds[] = {"thread.unjoined", "thread.blocked"};

static unsigned class_of(const struct each *x)
{
	enum how how = how_is(x);
	if (how == GONE)
		return NEITHER;
	return is_owed(x) ? UNJOINED : how == WAITS ? BLOCKED : NEITHER;
}

struct threads {
	unsigned class;
	uint64_t count, of[WAITS + 1]; /* by enum how */
	uint64_t limited;              /* of those that run: wait with a time limit */
	uint64_t stacks, touched;      /* bytes, of those that are known */
};

static void add(struct threads *t, const struct each *x)
{
	t->count++;
	t->of[how_is(x)]++;
	if (!x->row)
		return;
	t->limited += x->row->waits == LTF_PTHREAD_WAITS_LIMITED;
	t->stacks += x->row->stack_length;
	t->touched += x->row->stack_touched;
}

static void find_class(
	struct lr_findings *f, const struct lr_findings_input *in, unsigned class, uint64_t least)
{
	struct each x = {.e.in = in};
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	struct threads *list = NULL;
	size_t room = 0, used = 0;
	while (next(&x)) {
		if (class_of(&x) != class)
			continue;
		for (; used <= x.e.site; used++) {
			LR_GROW(list, used, room);
			list[used] = (struct threads){.class = class};
		}
		add(&list[x.e.site], &x);
	}
	for (size_t i = 0; i < used; i++) {
		uint32_t frame = x.sites.frames[i];
		if (list[i].count < least || !list[i].count || !lr_match_stack(match, frame, 0))
			continue;
		bool kept = class == UNJOINED && list[i].of[ENDED];
		struct lr_finding *y = lr_finding_add(f, &lr_findings_threads, kinds[class],
			kept ? LR_SEVERITY_MEDIUM : LR_SEVERITY_LOW, frame);
		y->count = list[i].count;
		y->bytes = y->weight = list[i].touched;
		y->of = lr_findings_keep(f, &list[i], sizeof(list[i]));
	}
	end(&x);
	lr_match_free(match);
	free(list);
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	find_class(
		f, in, UNJOINED, lr_threshold(in->thresholds, LR_THRESHOLD_THREAD_UNJOINED_COUNT));
	find_class(f, in, BLOCKED, lr_threshold(in->thresholds, LR_THRESHOLD_THREAD_BLOCKED_COUNT));
}

/* What only these threads' stacks, registers and thread-local storage lead to. (Words of the latter
 * are what the C library knows of it.) */
static bool is_theirs(void *ctx, const struct lr_scan *s, const struct lr_root_edge *e)
{
	const struct lr_scan_word *w = e->word ? &s->words[e->from] : NULL;
	const struct lr_scan_root *r = e->word ? NULL : &s->roots[e->from];
	if (w)
		return w->kind == LR_ROOT_REGISTERS && w->id && lr_map_find(ctx, w->id);
	return (r->kind == LR_ROOT_STACK || r->kind == LR_ROOT_TLS) && r->id &&
	       lr_map_find(ctx, r->id);
}

static bool add_held(const struct lr_scan *s, struct lr_map *tids, struct lr_sum *sum)
{
	struct lr_only only;
	bool known = tids->used && lr_only_open(&only, s);
	if (known) {
		const struct lr_only_set set = {.is_one = is_theirs, .ctx = tids};
		struct lr_sum more = lr_only_sum(&only, &set);
		sum->blocks += more.blocks;
		sum->bytes += more.bytes;
		lr_only_close(&only);
	}
	lr_map_free(tids);
	*tids = (struct lr_map){.used = 0};
	return known;
}

/* Of which function they are all; 0: of several. */
#define NOT_SEEN UINT64_MAX
static uint64_t note_function(uint64_t before, uint64_t function)
{
	return before == NOT_SEEN || before == function ? function : 0;
}

/* Goes through the threads of the finding's site again: where they wait, what they hold. */
static bool gather(struct lr_finding *x, const struct lr_findings_input *in, unsigned class,
	struct lr_wait_places *places, struct lr_sum *held)
{
	struct each each = {.e = {.in = in, .frame = x->frame}};
	uint64_t ran = NOT_SEEN;
	const struct lr_dump *dump = NULL;
	const struct lr_scan *scan = NULL;
	struct lr_map tids = {.used = 0};
	bool known = false;
	while (next(&each)) {
		if (class_of(&each) != class)
			continue;
		ran = note_function(ran, each.e.res->run.function);
		dump = each.e.moment->dump;
		if (!each.row)
			continue;
		if (scan != each.at.scan)
			known |= add_held(scan, &tids, held);
		scan = each.at.scan;
		if (each.row->tid)
			*lr_map_put(&tids, each.row->tid, NULL) = 1;
		if (how_is(&each) == WAITS)
			lr_wait_place(places, dump, &each.at, each.row);
	}
	const char *function = dump ? lr_waiting_function(in->model, in->names, dump, ran) : NULL;
	if (function)
		lr_finding_say(x, "started to run %s", function);
	end(&each);
	return add_held(scan, &tids, held) || known;
}

static void say_title(struct lr_finding *x, const struct threads *t)
{
	char *who = lr_threads_text(t->count);
	const char *were = t->count == 1 ? "was" : "were";
	if (t->class == BLOCKED)
		lr_finding_title(
			x, "%s wait%s without a time limit", who, t->count == 1 ? "s" : "");
	else if (t->of[ENDED] == t->count)
		lr_finding_title(x, "%s ended and %s never joined or detached: %s kept", who, were,
			t->count == 1 ? "its stack is" : "their stacks are");
	else if (t->of[ENDED])
		lr_finding_title(x, "%s %s never joined or detached, of which %s ended", who, were,
			lr_show_count(t->of[ENDED]).text);
	else if (t->of[UNKNOWN] == t->count)
		lr_finding_title(x, "%s %s never joined or detached", who, were);
	else
		lr_finding_title(x, "%s %s never joined or detached, and %s alive", who, were,
			t->count == 1 ? "is" : "are");
	free(who);
}

/* "97 wait without a time limit, 2 with one, 1 runs" */
static void say_alive(struct lr_finding *x, const struct threads *t)
{
	uint64_t runs = t->of[RUNS] - t->limited;
	char *waits = lr_format("%s %s without a time limit", lr_show_count(t->of[WAITS]).text,
		t->of[WAITS] == 1 ? "waits" : "wait");
	char *limited = lr_format("%s%s with one", lr_show_count(t->limited).text,
		t->of[WAITS]      ? ""
		: t->limited == 1 ? " waits"
				  : " wait");
	char *run = lr_format("%s %s", lr_show_count(runs).text, runs == 1 ? "runs" : "run");
	if (t->of[WAITS] && t->of[RUNS])
		lr_finding_say(x, "%s%s%s%s%s", waits, t->limited ? ", " : "",
			t->limited ? limited : "", runs ? ", " : "", runs ? run : "");
	else if (t->limited && runs)
		lr_finding_say(
			x, "%s wait with a time limit, %s", lr_show_count(t->limited).text, run);
	else if (t->limited)
		lr_finding_say(x, "%s with a time limit", t->count == 1 ? "it waits" : "they wait");
	free(waits);
	free(limited);
	free(run);
}

static void say_figures(struct lr_finding *x, const struct threads *t)
{
	if (t->of[UNKNOWN] < t->count) {
		lr_finding_say(x, "stacks of %s, of which %s were touched",
			lr_show_bytes(t->stacks).text, lr_show_bytes(t->touched).text);
		lr_finding_count(x, "stack_bytes", t->stacks);
		lr_finding_count(x, "touched_bytes", t->touched);
		lr_finding_count(x, "ended", t->of[ENDED]);
		lr_finding_count(x, "alive", t->of[RUNS] + t->of[WAITS]);
		lr_finding_count(x, "waiting", t->of[WAITS]);
	}
	say_alive(x, t);
}

static void say_next(
	struct lr_finding *x, const struct lr_findings_input *in, const struct threads *t)
{
	const char *creator = lr_names_function(in->names, x->frame);
	if (t->class == BLOCKED)
		lr_finding_next(x,
			"tell what %s starts to end (a flag and a wake-up, or close what "
			"it waits for), and join it",
			creator);
	else if (t->of[ENDED])
		lr_finding_next(x, "pthread_join each thread that %s starts, or pthread_detach it",
			creator);
	else
		lr_finding_next(x,
			"tell what %s starts to end, and pthread_join it; or "
			"pthread_detach it",
			creator);
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct threads *t = x->of;
	struct lr_wait_places places = {.used = 0};
	struct lr_sum held = {0};
	bool known = gather(x, in, t->class, &places, &held);
	say_title(x, t);
	say_figures(x, t);
	if (known) {
		struct lr_scan_sum sum = {held.blocks, held.bytes};
		char *amount = lr_leak_amount(&sum);
		if (held.blocks)
			lr_finding_say(x, "only %s %s: %s", t->count == 1 ? "it" : "they",
				t->count == 1 ? "holds" : "hold", amount);
		free(amount);
		lr_finding_count(x, "held_blocks", held.blocks);
		lr_finding_count(x, "held_bytes", held.bytes);
	}
	lr_wait_places_show(x, in, &places);
	say_next(x, in, t);
}

const struct lr_finding_producer lr_findings_threads = {.find = find, .explain = explain};
