#include "tools/check/errors.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

/* In the order of what is worst. */
static const struct {
	const char *word;
	unsigned kind;
	int verdict;
} verdicts[] = {{"definite", LR_SUPPRESS_DEFINITE, LTF_VERDICT_DEFINITE},
	{"indirect", LR_SUPPRESS_INDIRECT, LTF_VERDICT_INDIRECT},
	{"possible", LR_SUPPRESS_POSSIBLE, LTF_VERDICT_POSSIBLE},
	{"reachable", LR_SUPPRESS_REACHABLE, LTF_VERDICT_REACHABLE}};
enum { WORDS = sizeof(verdicts) / sizeof(*verdicts), DEFINITE = 0, INDIRECT = 1, POSSIBLE = 2 };

static const char *const findings[] = {"free.double", "free.unknown", "free.mismatch"};
enum { FINDINGS = sizeof(findings) / sizeof(*findings) };

static bool is_word(const char *w, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(w, text, n) == 0;
}

static bool read_word(struct lr_errors_wanted *wanted, const char *w, size_t n)
{
	if (is_word(w, n, "all")) {
		wanted->leaks |= LR_SUPPRESS_LEAKS;
		return true;
	}
	const char *plain = n > 5 && memcmp(w, "leak.", 5) == 0 ? w + 5 : w;
	for (int i = 0; i < WORDS; i++)
		if (is_word(plain, n - (size_t)(plain - w), verdicts[i].word)) {
			wanted->leaks |= verdicts[i].kind;
			return true;
		}
	for (int i = 0; i < FINDINGS; i++)
		if (is_word(w, n, findings[i]) || is_word(w, n, "free"))
			return true;
	return false;
}

bool lr_errors_read(struct lr_errors_wanted *wanted, const char *list, const char **wrong)
{
	*wanted = (struct lr_errors_wanted){.list = list};
	for (const char *w = list;;) {
		size_t n = strcspn(w, ",");
		if (!read_word(wanted, w, n)) {
			*wrong = w;
			return false;
		}
		if (!w[n])
			return true;
		w += n + 1;
	}
}

bool lr_errors_wants(const struct lr_errors_wanted *wanted, const char *finding)
{
	size_t half = strcspn(finding, ".");
	for (const char *w = wanted->list; *w;) {
		size_t n = strcspn(w, ",");
		if (is_word(w, n, finding) || (n == half && memcmp(w, finding, n) == 0))
			return true;
		w += n + (w[n] == ',');
	}
	return false;
}

struct work {
	struct lr_errors *e;
	const struct lr_model *model;
	struct lr_names *names;
	struct lr_suppressor *suppressor;
	const struct lr_errors_wanted *wanted;
	size_t stack_max;
};

/* Findings first, then by verdict. */
static int rank_of(const struct lr_found_error *f)
{
	for (int i = 0; i < WORDS; i++)
		if (strcmp(f->kind, verdicts[i].word) == 0)
			return i + 1;
	return 0;
}

/* What is the same in several processes is one. */
static struct lr_found_error *known(struct lr_errors *e, const struct lr_found_error *f)
{
	bool fresh;
	uint32_t *at = lr_map_put(&e->of, (uint64_t)rank_of(f) << 32 | f->frame, &fresh);
	if (fresh)
		*at = (uint32_t)e->used;
	return fresh ? NULL : &e->list[*at];
}

static void add(struct work *w, struct lr_found_error f)
{
	struct lr_errors *e = w->e;
	e->count += f.count;
	e->bytes += f.bytes;
	struct lr_found_error *same = f.evidence ? NULL : known(e, &f);
	if (same) {
		same->count += f.count;
		same->bytes += f.bytes;
		same->led_blocks += f.led_blocks;
		same->led_bytes += f.led_bytes;
		return;
	}
	f.stack = lr_stack_lines(
		w->model, w->names, f.frame, w->stack_max, &f.stack_used, &f.stack_cut);
	LR_GROW(e->list, e->used, e->room);
	e->list[e->used++] = f;
}

static void suppress(struct work *w, struct lr_rule *rule, const struct lr_scan_sum *sum)
{
	lr_rule_use(rule, sum->blocks, sum->bytes);
	w->e->suppressed_blocks += sum->blocks;
	w->e->suppressed_bytes += sum->bytes;
}

/* Blocks of one verdict at one site. A scan that leaves doubt calls nothing definite. */
static struct lr_rule *judge(struct work *w, const struct lr_scan *scan, uint32_t frame, int v,
	const struct lr_scan_sum *sum, const struct lr_scan_sum *led)
{
	bool doubt = v == DEFINITE && lr_scan_doubtful(scan);
	unsigned kinds = verdicts[v].kind | (doubt ? LR_SUPPRESS_POSSIBLE : 0);
	if (sum->blocks == 0)
		return NULL;
	struct lr_rule *rule = lr_suppressor_rule(w->suppressor, frame, kinds);
	int shown = doubt ? POSSIBLE : v;
	if (rule)
		suppress(w, rule, sum);
	else if (w->wanted->leaks & verdicts[shown].kind)
		add(w, (struct lr_found_error){.kind = verdicts[shown].word,
			       .count = sum->blocks,
			       .bytes = sum->bytes,
			       .led_blocks = led ? led->blocks : 0,
			       .led_bytes = led ? led->bytes : 0,
			       .frame = frame});
	return rule;
}

/* What suppressed blocks lead to goes with them. */
static void judge_owned(struct work *w, const struct lr_scan *scan, const struct lr_scan_owned *o)
{
	unsigned kinds = LR_SUPPRESS_DEFINITE | (lr_scan_doubtful(scan) ? LR_SUPPRESS_POSSIBLE : 0);
	struct lr_rule *owners = lr_suppressor_rule(w->suppressor, o->owner, kinds);
	if (owners && !lr_suppressor_rule(w->suppressor, o->site, LR_SUPPRESS_INDIRECT)) {
		owners->led_blocks += o->sum.blocks;
		owners->led_bytes += o->sum.bytes;
		w->e->suppressed_blocks += o->sum.blocks;
		w->e->suppressed_bytes += o->sum.bytes;
		return;
	}
	judge(w, scan, o->site, INDIRECT, &o->sum, NULL);
}

static void judge_scan(struct work *w, const struct lr_scan *scan)
{
	for (size_t i = 0; i < scan->sites_used; i++) {
		const struct lr_scan_site *s = &scan->sites[i];
		for (int v = 0; v < WORDS; v++)
			if (v != INDIRECT)
				judge(w, scan, s->site, v, &s->of[verdicts[v].verdict],
					v == DEFINITE ? &s->owned : NULL);
	}
	for (size_t i = 0; i < scan->owned_used; i++)
		judge_owned(w, scan, &scan->owned[i]);
	w->e->ignored_blocks += scan->figure[LTF_SCAN_IGNORED_BLOCKS];
	w->e->ignored_bytes += scan->figure[LTF_SCAN_IGNORED_BYTES];
}

static void judge_releases(struct work *w)
{
	size_t count;
	struct lr_wrong_view *v = lr_wrong_views(w->model, w->names, &count);
	for (size_t i = 0; i < count; i++) {
		const struct lr_wrong *x = v[i].wrong;
		struct lr_rule *rule =
			lr_suppressor_release(w->suppressor, x->release, x->release_api);
		if (rule)
			lr_rule_use(rule, x->count, x->bytes);
		else if (lr_errors_wants(w->wanted, v[i].name))
			add(w, (struct lr_found_error){.kind = v[i].name,
				       .count = x->count,
				       .bytes = x->bytes,
				       .evidence = lr_strdup(v[i].evidence),
				       .frame = v[i].frame});
	}
	lr_wrong_views_free(v, count);
}

static int worst_first(const void *x, const void *y)
{
	const struct lr_found_error *a = x, *b = y;
	int by_rank = rank_of(a) - rank_of(b);
	if (by_rank)
		return by_rank;
	uint64_t size_a = a->bytes + a->led_bytes, size_b = b->bytes + b->led_bytes;
	if (size_a != size_b)
		return size_a > size_b ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

struct lr_errors *lr_errors_find(const struct lr_model *m, struct lr_names *names,
	struct lr_rules *rules, const struct lr_errors_wanted *wanted, size_t stack_max)
{
	struct lr_errors *e = lr_calloc(1, sizeof(*e));
	struct work w = {.e = e,
		.model = m,
		.names = names,
		.suppressor = lr_suppressor_new(m, names, rules),
		.wanted = wanted,
		.stack_max = stack_max};
	e->rules = rules;
	e->dumps = m->dumps_used;
	for (size_t i = 0; i < m->dumps_used; i++) {
		const struct lr_scan *scan = lr_scans_get(&m->dumps[i].scans, LR_SCANS_LAST);
		e->judged += scan != NULL;
		if (scan)
			judge_scan(&w, scan);
	}
	judge_releases(&w);
	if (e->used)
		qsort(e->list, e->used, sizeof(*e->list), worst_first);
	lr_suppressor_free(w.suppressor);
	return e;
}

void lr_errors_free(struct lr_errors *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->used; i++) {
		free(e->list[i].evidence);
		free(e->list[i].stack);
	}
	lr_map_free(&e->of);
	free(e->list);
	free(e);
}
