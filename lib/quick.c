#include "lib/quick.h"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include "lib/allocator.h"
#include "lib/declared.h"
#include "lib/guard.h"
#include "lib/real.h"
#include "lib/sys.h"
#include "lib/tell.h"

enum { OWN = 512, SLOTS = 2048, SLOT_BITS = 11, STACK_MOST = 64 << 20 };

extern void *__libc_stack_end __attribute__((weak));

/* Where a word was found. In one of its own blocks: no root. */
enum { IN_OWN = -1 };

struct quick {
	struct lt_scan scan;
	const struct lt_moment *moment;
	uintptr_t low, high; /* addresses of blocks */
	uint32_t found;
	bool all;             /* of them are */
	uint16_t order[OWN];  /* in which they were */
	uint16_t slot[SLOTS]; /* number of a block by its address; 0: none */
	bool is_found[OWN];
	struct lt_scan_root root[OWN]; /* the words that hold blocks */
	struct lt_scan_block block[OWN];
};

bool lt_quick_fits(const struct lt_live_sum *live, const struct lt_moment *moment)
{
	return live->earlier_blocks && live->blocks <= OWN && !moment->coverage &&
	       lt_allocator.glibc && !lt_declared_ignored;
}

static uint32_t home(uintptr_t addr)
{
	return (uint32_t)((addr >> 3) * 0x9e3779b97f4a7c15 >> (64 - SLOT_BITS));
}

static void add_own(void *arg, const struct lt_live_block *b)
{
	struct quick *q = arg;
	uint32_t n = q->scan.n_blocks, i = home(b->addr);
	if (b->earlier || n == OWN)
		return;
	q->block[n] = (struct lt_scan_block){
		.addr = b->addr, .size = b->size, .site = b->site, .birth = b->birth};
	q->low = n && q->low < b->addr ? q->low : b->addr;
	q->high = q->high > b->addr ? q->high : b->addr;
	while (q->slot[i])
		i = (i + 1) % SLOTS;
	q->slot[i] = (uint16_t)(q->scan.n_blocks = n + 1);
}

static __attribute__((noinline)) void find(struct quick *q, uintptr_t addr, const void *at, int in)
{
	uint32_t i = home(addr), k;
	while (q->slot[i] && q->block[q->slot[i] - 1].addr != addr)
		i = (i + 1) % SLOTS;
	k = q->slot[i] - 1u;
	if (!q->slot[i] || q->is_found[k])
		return;
	q->is_found[k] = true;
	q->order[q->found++] = (uint16_t)k;
	if (in != IN_OWN)
		q->root[q->scan.n_roots++] = (struct lt_scan_root){.start = (uintptr_t)at,
			.end = (uintptr_t)at + sizeof(addr),
			.kind = (uint32_t)in};
}

static void look(struct quick *q, uintptr_t start, uintptr_t end, int in)
{
	const uintptr_t *p = (const uintptr_t *)((start + 7) & ~(uintptr_t)7);
	uintptr_t low = q->low, span = q->high - low;
	for (; (uintptr_t)(p + 1) <= end; p++)
		if (__builtin_expect(*p - low <= span, 0))
			find(q, *p, p, in);
}

static void look_in_earlier(void *arg, const struct lt_live_block *b)
{
	struct quick *q = arg;
	if (b->earlier && q->found < q->scan.n_blocks)
		look(q, b->addr, b->addr + b->size, LT_SCAN_OTHER);
}

static void look_in_inherited(struct quick *q)
{
	lt_live_each(look_in_earlier, q);
}

static void look_in_segments(struct quick *q, const ElfW(Phdr) * ph, unsigned n, uintptr_t bias)
{
	for (unsigned i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && (ph[i].p_flags & PF_W))
			look(q, bias + ph[i].p_vaddr, bias + ph[i].p_vaddr + ph[i].p_memsz,
				LT_SCAN_DATA);
}

static void look_in_program(struct quick *q)
{
	const ElfW(Phdr) *ph = (const void *)getauxval(AT_PHDR);
	unsigned n = (unsigned)getauxval(AT_PHNUM);
	for (unsigned i = 0; ph && i < n; i++)
		if (ph[i].p_type == PT_PHDR)
			look_in_segments(q, ph, n, (uintptr_t)ph - ph[i].p_vaddr);
}

static void look_in_libc(struct quick *q)
{
	struct dl_find_object libc;
	if (_dl_find_object((void *)lt_real.malloc, &libc) != 0)
		return;
	const char *base = libc.dlfo_map_start;
	const ElfW(Ehdr) *e = (const void *)base;
	look_in_segments(q, (const void *)(base + e->e_phoff), e->e_phnum, (uintptr_t)base);
}

static void look_in_stack(struct quick *q)
{
	uintptr_t end = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;
	if (end - q->moment->dead_high < STACK_MOST)
		look(q, q->moment->dead_high, end, LT_SCAN_STACK);
}

/* What is held leads to others. */
static void follow(struct quick *q)
{
	for (uint32_t i = 0; i < q->found; i++) {
		const struct lt_scan_block *b = &q->block[q->order[i]];
		look(q, b->addr, b->addr + b->size, IN_OWN);
	}
}

static void search(void *arg)
{
	struct quick *q = arg;
	static void (*const places[])(struct quick *) = {
		look_in_program, look_in_stack, look_in_inherited, look_in_libc};
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (q->found == q->scan.n_blocks)
			break;
		places[i](q);
		follow(q);
	}
	if (q->found < q->scan.n_blocks)
		return;
	lt_scan_run(&q->scan);
	q->all = q->scan.count[LT_SCAN_REACHABLE] == q->scan.n_blocks;
}

enum ltf_scan_end lt_quick(
	const struct lt_live_sum *live, const struct lt_moment *moment, enum ltf_scan_reason reason)
{
	enum ltf_scan_end end = LTF_END_NONE;
	size_t work = lt_sys_pages(sizeof(struct quick)),
	       channel = work + lt_sys_pages(lt_scan_work((uint32_t)live->blocks)),
	       len = channel + lt_sys_pages(sizeof(struct lt_channel));
	char *mem = lt_sys_map(len, false);
	if (!mem)
		return end;
	struct quick *q = (struct quick *)mem;
	q->moment = moment;
	q->scan.blocks = q->block;
	q->scan.roots = q->root;
	q->scan.work = mem + work;
	q->scan.coverage = LTF_SCAN_INHERITED_HELD;
	lt_live_each(add_own, q);
	if (lt_guarded(search, q) && q->all) {
		lt_tell_begin(reason);
		lt_tell_figure(LTF_SCAN_INHERITED_BLOCKS, live->earlier_blocks);
		lt_tell_figure(LTF_SCAN_INHERITED_BYTES, live->earlier_bytes);
		bool told = lt_tell((struct lt_channel *)(mem + channel), &q->scan, moment);
		end = told ? LTF_END_SCANNED : LTF_END_UNFINISHED;
	}
	lt_sys_unmap(mem, len);
	return end;
}
