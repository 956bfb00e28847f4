#include "lib/judge_in.h"

#include <string.h>
#include "format/ring.h"
#include "lib/allocator.h"
#include "lib/config.h"
#include "lib/cut.h"
#include "lib/kept.h"
#include "lib/node.h"
#include "lib/say.h"
#include "lib/stacks.h"
#include "lib/sys.h"
#include "lib/timers.h"

static struct {
	unsigned heuristics, step;
} settings = {LT_SCAN_HEURISTICS, sizeof(uintptr_t)};

void lt_judge_settings(void)
{
	unsigned step = (unsigned)lt_config.alignment;
	if (!lt_scan_heuristics_read(lt_config.heuristics, &settings.heuristics))
		lt_say(0, "LEAKTRACE_HEURISTICS=%s: not a list of names that are known; all",
			lt_config.heuristics);
	if (step & (step - 1))
		lt_say(0, "LEAKTRACE_ALIGNMENT=%u: not 1, 2, 4 or 8; 8", step);
	else
		settings.step = step;
}

struct lt_judge lt_cut;

static void *take(char **at, size_t len)
{
	void *p = *at;
	*at += lt_sys_pages(len);
	return p;
}

/* In the process: what is known of sites is not copied. */
static void note_allocators(uint64_t *set)
{
	struct lt_frame f;
	memset(set, 0, LT_JUDGE_EARLY / 8);
	for (uint32_t site = 1; lt_allocator.only && site < LT_JUDGE_EARLY; site++) {
		if (!lt_node_segments[site / LT_NODE_SEGMENT])
			return;
		lt_stacks_frame(site, &f);
		if (f.pc - lt_allocator.low < lt_allocator.size)
			set[site / 64] |= UINT64_C(1) << (site % 64);
	}
}

/* All in one mapping, of which most is never touched. */
bool lt_judge_begin(uint64_t blocks)
{
	size_t block_len = blocks * sizeof(struct lt_scan_block);
	size_t work_len = lt_scan_work((uint32_t)blocks);
	size_t mapping_len = LT_JUDGE_MAPPINGS * sizeof(struct lt_mapping);
	size_t root_len = LT_JUDGE_ROOTS * sizeof(struct lt_scan_root);
	size_t range_len = LT_JUDGE_MAPPINGS * sizeof(struct lt_scan_range);
	size_t word_len = LT_JUDGE_WORDS * sizeof(struct lt_scan_word);
	size_t untouched_len = LT_JUDGE_UNTOUCHED * sizeof(struct lt_untouched);
	size_t timer_len = LT_JUDGE_TIMERS * sizeof(struct lt_timer);
	size_t mark_len = LT_JUDGE_MARKS * sizeof(struct lt_judge_mark);
	size_t target_len = LT_SCAN_TARGETS_MAX * sizeof(struct lt_scan_target);
	struct lt_judge *c = &lt_cut;
	c->memory_len = lt_sys_pages(block_len) + lt_sys_pages(work_len) +
			lt_sys_pages(mapping_len) + lt_sys_pages(root_len) +
			4 * lt_sys_pages(range_len) + lt_sys_pages(word_len) +
			lt_sys_pages(untouched_len) + lt_sys_pages(timer_len) +
			lt_sys_pages(mark_len) + lt_sys_pages(target_len) + LT_JUDGE_TEXT;
	char *p = c->memory = lt_sys_map(c->memory_len, false);
	if (!p)
		return false;
	c->scan = (struct lt_scan){.blocks = take(&p, block_len),
		.heuristics = settings.heuristics,
		.step = settings.step};
	c->scan.work = take(&p, work_len);
	c->mappings = take(&p, mapping_len);
	c->roots = (struct lt_roots){.root = take(&p, root_len), .room = LT_JUDGE_ROOTS};
	c->skip = take(&p, range_len);
	c->tables = take(&p, range_len);
	c->code = take(&p, range_len);
	c->theirs = take(&p, range_len);
	c->untouched = take(&p, untouched_len);
	c->n_untouched = c->next_untouched = 0;
	c->timers = take(&p, timer_len);
	c->n_timers = 0;
	c->timers_known = false;
	c->tasks = 1;
	c->marks = take(&p, mark_len);
	c->n_marks = 0;
	c->scan.targets = take(&p, target_len);
	c->text = take(&p, LT_JUDGE_TEXT);
	c->room = (uint32_t)blocks;
	note_allocators(c->allocators);
	c->scan.words = c->words = take(&p, word_len);
	c->scan.n_words = lt_kept_read(c->words, LT_JUDGE_WORDS / 2, c->text, LT_JUDGE_TEXT);
	return true;
}

void lt_judge_gather(void)
{
	lt_cut.tasks = lt_cut_tasks();
	lt_cut.n_timers = lt_timers_read(
		lt_cut.timers, LT_JUDGE_TIMERS, lt_cut.text, LT_JUDGE_TEXT, &lt_cut.timers_known);
}

struct lt_judge_told lt_judge_told(void)
{
	return (struct lt_judge_told){.tasks = lt_cut.tasks,
		.n_timers = lt_cut.n_timers,
		.timers_known = lt_cut.timers_known,
		.timers = lt_cut.timers};
}

void lt_judge_end(void)
{
	if (lt_cut.memory)
		lt_sys_unmap(lt_cut.memory, lt_cut.memory_len);
	lt_cut.memory = NULL;
}

/* What the allocator has made of itself while it started, to which only its own data points. Nodes
 * that are numbered this early lie side by side; they are not there in the copy. */
static bool is_allocators(uint32_t site)
{
	return site < LT_JUDGE_EARLY && lt_cut.allocators[site / 64] >> (site % 64) & 1;
}

void lt_judge_add(uint64_t addr, uint64_t size, uint32_t site, uint32_t birth, unsigned flags)
{
	struct lt_scan *s = &lt_cut.scan;
	lt_cut.any_inherited |= flags & LT_SCAN_INHERITED;
	if (is_allocators(site))
		flags |= LT_SCAN_HELD;
	if (s->n_blocks < lt_cut.room)
		s->blocks[s->n_blocks++] = (struct lt_scan_block){.addr = addr,
			.size = size,
			.site = site,
			.birth = birth,
			.flags = flags & 0xff};
}

static bool has_more_roots_than(uint64_t most)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; i < lt_cut.roots.n; i++)
		bytes += lt_cut.roots.root[i].end - lt_cut.roots.root[i].start;
	return most && bytes > most;
}

const struct lt_scan *lt_judge(const struct lt_moment *moment)
{
	lt_cut.scan.coverage = moment->coverage;
	if (lt_cut.any_inherited || moment->coverage & LT_SCAN_BLOCKS_UNKNOWN)
		lt_scan_part(&lt_cut.scan);
	if (!lt_judge_roots(moment) || has_more_roots_than(moment->root_bytes_most))
		return NULL;
	lt_judge_count_untouched(false);
	lt_scan_run(&lt_cut.scan);
	lt_judge_count_untouched(true);
	return &lt_cut.scan;
}
