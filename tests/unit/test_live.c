/* The live set beside a simple model: programs of several threads that allocate, release, hand over
 * and realloc at few addresses, drained in any order that the drainer's passes allow. Once all is
 * drained the set is the model's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "format/ring.h"
#include "lib/config.h"
#include "lib/declared.h"
#include "lib/live.h"
#include "lib/say.h"
#include "lib/sys.h"

enum { ADDRESSES = 24, THREADS = 5, EVENTS = 400, WORDS_MAX = 4, LOG = EVENTS * WORDS_MAX * 4 };

struct lt_config lt_config = {.live = 1};
static size_t mapped;
static long maps_left = -1; /* -1: any number */

void *lt_sys_map(size_t len, bool wiped)
{
	(void)wiped;
	assert_int_equal(len % 4096, 0);
	if (maps_left == 0)
		return NULL;
	maps_left -= maps_left > 0;
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(p != MAP_FAILED);
	mapped += len;
	return p;
}

void lt_sys_unmap(void *p, size_t len)
{
	munmap(p, len);
	mapped -= len;
}

void lt_sys_forget(void *p, size_t len)
{
	assert_int_equal((uintptr_t)p % 4096, 0);
	madvise(p, len, MADV_DONTNEED);
}

void lt_sys_huge(void *p, size_t len)
{
	assert_int_equal((uintptr_t)p % len, 0);
}

void lt_say(int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static uint64_t random_state = 88172645463325252u;

static uint32_t below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 20) % n;
}

/* Threads' words, as the ring would hold them one block after the other. */
struct log {
	uint64_t words[LOG];
	uint32_t used, fed;
};
static struct log logs[THREADS];

struct block {
	bool live, ignored, earlier;
	int moving; /* a realloc of it is under way: its thread plus 1 */
	uint64_t size;
	uint32_t site;
};
static struct block model[ADDRESSES];
static uint32_t counter;
static bool numbered;
static uint64_t base = 0x7f0000000000, stride = 48;

static uint64_t address(unsigned i)
{
	return base + i * stride;
}

static void put_alloc(unsigned thread, uint64_t addr, unsigned api, uint64_t size, uint32_t site)
{
	struct log *l = &logs[thread];
	bool huge = size >> LTF_SIZE_BITS;
	uint64_t low = huge ? 0 : size;
	l->words[l->used++] =
		LTF_LEAD(LTF_W_ALLOC) | LTF_ADDR44(addr) << 16 | api << 12 | (low & 0xfff);
	l->words[l->used++] =
		LTF_CONT((uint64_t)site << 30 | (low >> 12) << 2 | numbered | huge << 1);
	if (numbered)
		l->words[l->used++] = LTF_CONT(counter++);
	if (huge)
		l->words[l->used++] = LTF_CONT(size);
}

static void put_release(unsigned thread, unsigned tag, uint64_t addr)
{
	struct log *l = &logs[thread];
	bool stacked = tag == LTF_W_FREE && below(4) == 0;
	l->words[l->used++] = LTF_LEAD(tag) | LTF_ADDR44(addr) << 16 |
			      (numbered ? LTF_FREE_NUMBERED : 0) | (stacked ? LTF_FREE_STACKED : 0);
	if (numbered)
		l->words[l->used++] = LTF_CONT(counter++);
	if (stacked)
		l->words[l->used++] = LTF_CONT(3);
}

static void put_ignore(unsigned thread, uint64_t addr)
{
	struct log *l = &logs[thread];
	l->words[l->used++] = LTF_LEAD(LTF_W_RES) | (uint64_t)LTF_RES_IGNORE << 52 | 2ull << 48 |
			      (numbered ? 1ull << 47 | counter++ : 0);
	l->words[l->used++] = LTF_CONT(0);
	l->words[l->used++] = LTF_CONT(addr);
}

static void put_other(unsigned thread)
{
	struct log *l = &logs[thread];
	l->words[l->used++] = LTF_LEAD(LTF_W_NODE) | 5;
	l->words[l->used++] = LTF_CONT(1234);
	l->words[l->used++] = LTF_CONT(0);
	l->words[l->used++] = LTF_LEAD(LTF_W_TIME) | 77;
}

static uint64_t any_size(void)
{
	static const uint64_t sizes[] = {0, 1, 24, 4096, (1u << 28) - 2, (1u << 28) - 1, 1u << 28,
		1ull << 39, 1ull << 40, (1ull << 46) + 5};
	uint32_t i = below(40);
	return i < sizeof(sizes) / sizeof(sizes[0]) ? sizes[i] : below(10000);
}

static void fill(struct block *b)
{
	b->live = true;
	b->ignored = b->earlier = false;
	b->size = any_size();
	b->site = below(1 << 26);
}

static int under_way[THREADS]; /* address of a realloc, plus 1 */

/* The second half of a thread's realloc: at the same address, at another, or failed. */
static void end_realloc(unsigned thread)
{
	unsigned from = (unsigned)under_way[thread] - 1, to = below(ADDRESSES);
	bool freed = model[from].moving != (int)thread + 1; /* and handed out again */
	if (!freed)
		model[from].moving = 0;
	under_way[thread] = 0;
	if (!freed && below(4) == 0) {
		put_release(thread, LTF_W_RESTORE, address(from));
		return;
	}
	if (!freed)
		model[from].live = false;
	while (model[to].live)
		to = (to + 1) % ADDRESSES;
	fill(&model[to]);
	put_alloc(thread, address(to), LTF_API_REALLOC, model[to].size, model[to].site);
}

/* The real realloc has moved the block: another thread is given its address meanwhile. */
static void hand_out_moving(unsigned thread, unsigned i)
{
	model[i].moving = 0;
	fill(&model[i]);
	put_alloc(thread, address(i), LTF_API_CALLOC, model[i].size, model[i].site);
}

static unsigned live_count(void)
{
	unsigned n = 0;
	for (unsigned i = 0; i < ADDRESSES; i++)
		n += model[i].live;
	return n;
}

static void step(unsigned thread)
{
	unsigned i = below(ADDRESSES);
	struct block *b = &model[i];
	if (below(16) == 0)
		put_other(thread);
	if (under_way[thread] && below(2)) {
		if (live_count() < ADDRESSES)
			end_realloc(thread);
	} else if (b->moving) {
		if (b->moving != (int)thread + 1 && below(4) == 0)
			hand_out_moving(thread, i);
	} else if (!b->live) {
		fill(b);
		put_alloc(thread, address(i), LTF_API_MALLOC, b->size, b->site);
	} else if (below(6) == 0) {
		b->ignored = true;
		put_ignore(thread, address(i));
	} else if (below(3) == 0 && !under_way[thread]) {
		b->moving = (int)thread + 1;
		under_way[thread] = (int)i + 1;
		put_release(thread, LTF_W_RELEASE, address(i));
	} else {
		b->live = false;
		put_release(thread, LTF_W_FREE, address(i));
	}
}

static void feed(unsigned thread, uint32_t until)
{
	struct log *l = &logs[thread];
	while (l->fed < until) {
		uint32_t first = l->fed % LTF_BLOCK_WORDS, n = LTF_BLOCK_WORDS - first;
		if (n > until - l->fed)
			n = until - l->fed;
		/* Events do not cross blocks. */
		while (l->fed + n < until && LTF_TAG(l->words[l->fed + n]) == LTF_W_CONT)
			n++;
		struct lt_live_run run = {.words = l->words + l->fed,
			.count = n,
			.first = first,
			.thread = thread + 1,
			.block = l->fed / LTF_BLOCK_WORDS};
		lt_live_feed(&run);
		l->fed += n;
	}
}

/* A pass: all that was there before it, and of what comes during it as much as happens to be seen,
 * thread by thread. */
static void pass(unsigned threads, unsigned meanwhile)
{
	uint32_t before[THREADS];
	bool done[THREADS] = {false};
	for (unsigned t = 0; t < threads; t++)
		before[t] = logs[t].used;
	lt_live_pass();
	for (unsigned n = 0; n < threads; n++) {
		unsigned t = below(threads);
		while (done[t])
			t = (t + 1) % threads;
		done[t] = true;
		for (unsigned k = below(meanwhile + 1); k > 0; k--)
			step(below(threads));
		/* An event is fed whole. */
		uint32_t until = before[t] + (logs[t].used - before[t]) / (1 + below(2));
		while (until < logs[t].used && LTF_TAG(logs[t].words[until]) == LTF_W_CONT)
			until++;
		feed(t, until);
	}
	lt_live_passed();
}

struct found {
	uint64_t blocks, bytes;
	bool wrong;
};

static void check(void *ctx, const struct lt_live_block *b)
{
	struct found *f = ctx;
	uint64_t i = (b->addr - base) / stride;
	f->blocks++;
	f->bytes += b->size;
	if (i >= ADDRESSES || address((unsigned)i) != b->addr || !model[i].live ||
		model[i].size != b->size || model[i].site != b->site ||
		model[i].earlier != b->earlier)
		f->wrong = true;
}

/* Of what was freed, some may still be known; of what is live, all and no others. */
static void compare_ignored(void)
{
	struct lt_scan_root root[2];
	struct lt_roots roots = {.root = root, .room = 2};
	bool known[ADDRESSES] = {false};
	uint32_t n = lt_declared_add(&roots, NULL, 0);
	assert_true(n == roots.n && n <= 1);
	for (uintptr_t at = n ? root[0].start : 0; n && at < root[0].end; at += 8)
		known[(*(uint64_t *)at - base) / stride] = true;
	for (unsigned i = 0; i < ADDRESSES; i++)
		assert_false(model[i].live && known[i] != model[i].ignored);
}

static void compare(void)
{
	compare_ignored();
	struct found f = {0};
	struct lt_live_sum sum = lt_live_sum();
	uint64_t blocks[2] = {0}, bytes[2] = {0};
	lt_live_each(check, &f);
	for (unsigned i = 0; i < ADDRESSES; i++) {
		blocks[model[i].earlier] += model[i].live;
		bytes[model[i].earlier] += model[i].live ? model[i].size : 0;
	}
	assert_true(sum.complete);
	assert_false(f.wrong);
	assert_int_equal(f.blocks, live_count());
	assert_int_equal(f.bytes, bytes[0] + bytes[1]);
	assert_int_equal(sum.blocks, blocks[0]);
	assert_int_equal(sum.bytes, bytes[0]);
	assert_int_equal(sum.earlier_blocks, blocks[1]);
	assert_int_equal(sum.earlier_bytes, bytes[1]);
}

static void begin(void)
{
	lt_live_reset();
	lt_declared_inherit(false);
	memset(logs, 0, sizeof(logs));
	memset(model, 0, sizeof(model));
	memset(under_way, 0, sizeof(under_way));
	static const uint16_t strides[] = {8, 16, 24, 48, 96, 1040, 4096};
	base = 0x7f0000000000 + (uint64_t)below(1 << 20) * 8;
	stride = strides[below(sizeof(strides) / sizeof(strides[0]))];
}

static void play(unsigned threads)
{
	for (unsigned done = 0; done < EVENTS;) {
		unsigned n = below(60);
		for (unsigned k = 0; k < n; k++)
			step(below(threads));
		pass(threads, below(3) ? 0 : 20);
		done += n + 1;
	}
	pass(threads, 0);
	compare();
}

static void threads_in_any_order(void **state)
{
	(void)state;
	numbered = true;
	for (unsigned round = 0; round < 3000; round++) {
		begin();
		counter = round % 3 ? 0 : (uint32_t)-200; /* it wraps */
		play(1 + below(THREADS));
	}
}

static void one_thread(void **state)
{
	(void)state;
	numbered = false;
	for (unsigned round = 0; round < 1000; round++) {
		begin();
		play(1);
		numbered = true; /* and then a second one starts */
		pass(1, 0);
		counter = 0;
		play(2);
		numbered = false;
	}
}

/* What stands behind a hole comes after what a later block holds. */
static void behind_a_hole(void **state)
{
	(void)state;
	numbered = false;
	for (unsigned round = 0; round < 3000; round++) {
		begin();
		for (unsigned k = below(30); k > 0; k--)
			step(0);
		pass(1, 0);
		uint32_t from = logs[0].used;
		for (unsigned k = below(30); k > 0; k--)
			step(0);
		uint32_t middle = logs[0].used;
		for (unsigned k = below(30); k > 0; k--)
			step(0);
		lt_live_pass();
		lt_live_hole();
		logs[0].fed = middle;
		feed(0, logs[0].used);
		lt_live_passed();
		lt_live_pass();
		logs[0].fed = from;
		feed(0, middle);
		lt_live_passed();
		logs[0].fed = logs[0].used;
		pass(1, 0);
		compare();
	}
}

/* A drainer that was replaced has fed them already. */
static void runs_seen_twice(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 1000; round++) {
		begin();
		numbered = round % 2;
		for (unsigned k = below(60); k > 0; k--)
			step(0);
		pass(1, 0);
		uint32_t from = logs[0].fed;
		for (unsigned k = below(60); k > 0; k--)
			step(0);
		lt_live_pass();
		feed(0, from + (logs[0].used > from ? 1 : 0));
		feed(0, logs[0].used);
		logs[0].fed = from;
		pass(1, 0);
		compare();
	}
}

/* Forked children of forked children: events have numbers from 0 again, and what was is inherited.
 */
static void generations(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 1000; round++) {
		begin();
		for (unsigned generation = 0; generation < 9; generation++) {
			numbered = below(2);
			counter = below(3) ? 0 : below(1000);
			play(numbered ? 1 + below(THREADS) : 1);
			memset(logs, 0, sizeof(logs));
			memset(under_way, 0, sizeof(under_way));
			for (unsigned i = 0; i < ADDRESSES; i++) {
				model[i].moving = 0;
				model[i].earlier = true;
			}
			lt_live_new_generation(false);
			compare();
			assert_false(lt_live_sum().unknown);
		}
	}
}

enum { MANY = 1500000, ALLOWED = 16 << 20 };
static uint64_t place_of(uint64_t i)
{
	return 0x550000000000 + i * stride + (i >> 12 << 20);
}

static void one_event(bool alloc, uint64_t addr)
{
	static uint64_t block;
	logs[0].used = 0;
	if (alloc)
		put_alloc(0, addr, 0, addr & 0xfffff, (uint32_t)(addr >> 5) & 0xffffff);
	else
		put_release(0, LTF_W_FREE, addr);
	struct lt_live_run run = {
		.words = logs[0].words, .count = logs[0].used, .thread = 1, .block = block++};
	lt_live_feed(&run);
}

/* What waits for others counts when a pass ends. */
static struct lt_live_sum sum_now(void)
{
	lt_live_passed();
	return lt_live_sum();
}

static void count_right(void *ctx, const struct lt_live_block *b)
{
	*(uint64_t *)ctx +=
		b->size == (b->addr & 0xfffff) && b->site == (uint32_t)(b->addr >> 5) % (1 << 24);
}

static void many(bool with_numbers, uint64_t distance)
{
	uint64_t right = 0;
	begin();
	stride = distance;
	size_t empty = mapped;
	numbered = with_numbers;
	for (uint64_t i = 0; i < MANY; i++) {
		if (i % 1000 == 0)
			lt_live_pass();
		one_event(true, place_of(i));
		if (i % 3 == 0)
			one_event(false, place_of(i / 2));
		if (i % 1000 == 999)
			lt_live_passed();
	}
	lt_live_passed();
	lt_live_each(count_right, &right);
	assert_int_equal(right, sum_now().blocks);
	assert_true(mapped - empty < right * 24 + ALLOWED);
	for (uint64_t i = 0; i < MANY; i++)
		one_event(false, place_of(i));
	assert_int_equal(sum_now().blocks, 0);
	assert_int_equal(sum_now().bytes, 0);
	lt_live_pass(), lt_live_passed(), lt_live_pass(), lt_live_passed();
	assert_true(mapped - empty < ALLOWED);
}

static void grows_and_shrinks(void **state)
{
	(void)state;
	many(false, 32);
	many(true, 8);
	many(false, 112);
}

static void without_memory(void **state)
{
	(void)state;
	numbered = false;
	for (long most = 0; most < 10; most++) {
		begin();
		maps_left = most;
		for (uint64_t i = 0; i < MANY / 2 && sum_now().complete; i++)
			one_event(true, place_of(i));
		maps_left = -1;
		assert_false(sum_now().complete);
		assert_int_equal(sum_now().blocks, 0);
		one_event(true, place_of(1));
		assert_int_equal(sum_now().blocks, 0);
	}
	begin();
	one_event(true, place_of(1));
	assert_int_equal(sum_now().blocks, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_in_any_order),
		cmocka_unit_test(one_thread),
		cmocka_unit_test(behind_a_hole),
		cmocka_unit_test(runs_seen_twice),
		cmocka_unit_test(generations),
		cmocka_unit_test(grows_and_shrinks),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
