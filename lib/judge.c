#include "lib/judge.h"

#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <unistd.h>
#include "lib/bootstrap.h"
#include "lib/dump.h"
#include "lib/roots.h"
#include "lib/sys.h"
#include "lib/tracer.h"

enum {
	PAGE = 4096,
	TEXT = 4 << 20, /* of maps, at most */
	MAPPINGS = 65536,
	ROOTS = 2 * MAPPINGS
};

static struct {
	struct lt_scan scan;
	uint32_t room; /* blocks */
	char *memory;  /* what follows lies there */
	size_t memory_len;
	char *text;
	struct lt_mapping *mappings;
	uint32_t mapping_count;
	struct lt_roots roots;
	struct lt_scan_range *ranges; /* skip, tables, code: MAPPINGS each */
} cut;

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static size_t pages(size_t len)
{
	return (len + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* All in one mapping, of which most is never touched. */
bool lt_judge_begin(uint64_t blocks)
{
	size_t block_len = pages(blocks * sizeof(struct lt_scan_block));
	size_t work_len = pages(lt_scan_work((uint32_t)blocks));
	size_t mapping_len = pages(MAPPINGS * sizeof(struct lt_mapping));
	size_t root_len = pages(ROOTS * sizeof(struct lt_scan_root));
	size_t range_len = pages(3 * MAPPINGS * sizeof(struct lt_scan_range));
	cut.memory_len = block_len + work_len + mapping_len + root_len + range_len + TEXT;
	char *p = cut.memory = lt_sys_map(cut.memory_len, false);
	if (!p)
		return false;
	cut.scan = (struct lt_scan){.blocks = (struct lt_scan_block *)p,
		.work = p + block_len,
		.heuristics = LT_SCAN_HEURISTICS};
	p += block_len + work_len;
	cut.mappings = (struct lt_mapping *)p;
	cut.roots =
		(struct lt_roots){.root = (struct lt_scan_root *)(p += mapping_len), .room = ROOTS};
	cut.ranges = (struct lt_scan_range *)(p += root_len);
	cut.text = p + range_len;
	cut.room = (uint32_t)blocks;
	return true;
}

void lt_judge_end(void)
{
	if (cut.memory)
		lt_sys_unmap(cut.memory, cut.memory_len);
	cut.memory = NULL;
}

void lt_judge_add(uint64_t addr, uint64_t size, uint32_t site, uint32_t birth)
{
	struct lt_scan *s = &cut.scan;
	if (s->n_blocks < cut.room)
		s->blocks[s->n_blocks++] = (struct lt_scan_block){
			.addr = addr, .size = size, .site = site, .birth = birth};
}

static bool read_mappings(void)
{
	struct lt_roots_file dump;
	size_t len = 0;
	long n;
	lt_dump_identity(&dump.dev, &dump.ino);
	int fd = (int)lt_sys4(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
	while (len < TEXT && (n = lt_sys3(SYS_read, fd, cut.text + len, TEXT - len)) > 0)
		len += (size_t)n;
	const char *p = cut.text;
	struct lt_mapping *m = cut.mappings;
	uint32_t count = 0;
	while (count < MAPPINGS && (p = lt_mapping_read(p, cut.text + len,
					    count ? &m[count - 1] : NULL, &dump, &m[count])))
		count = lt_mapping_split(m, count + 1, MAPPINGS);
	cut.mapping_count = count;
	return cut.mapping_count > 0 && cut.mapping_count < MAPPINGS && len < TEXT;
}

/* Of this library's own object. */
static void subtract_own_data(void)
{
	const char *base = (const char *)&__ehdr_start;
	const ElfW(Phdr) *ph = (const void *)(base + __ehdr_start.e_phoff);
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
		if (ph[i].p_type == PT_LOAD && (ph[i].p_flags & PF_W)) {
			uintptr_t start = (uintptr_t)base + ph[i].p_vaddr;
			lt_roots_subtract(&cut.roots, start & ~(uintptr_t)(PAGE - 1),
				pages(start + ph[i].p_memsz));
		}
}

static void add_root(uintptr_t start, uintptr_t end)
{
	struct lt_roots *r = &cut.roots;
	lt_roots_subtract(r, start, end);
	if (r->n < r->room)
		r->root[r->n++] =
			(struct lt_scan_root){.start = start, .end = end, .kind = LT_SCAN_OTHER};
}

/* The tracer's memory, but for what it has handed to the program. */
static void subtract_own(const struct lt_scan_range *also)
{
	uintptr_t range[2];
	size_t n = 0;
	for (unsigned i = 0; lt_sys_own(i, range); i++)
		lt_roots_subtract(&cut.roots, range[0], range[1]);
	subtract_own_data();
	lt_roots_subtract(&cut.roots, also->start, also->end);
	for (unsigned i = 0; lt_bootstrap_region(i, range); i++)
		add_root(range[0], range[1]);
	while (environ && environ[n])
		n++;
	for (unsigned i = 0; environ && lt_sys_own(i, range); i++)
		if ((uintptr_t)environ >= range[0] && (uintptr_t)environ < range[1])
			add_root((uintptr_t)environ, (uintptr_t)(environ + n));
}

static void subtract_arena(void)
{
	struct lt_scan_range heap = {0, 0};
	const struct lt_mapping *m = cut.mappings;
	enum { DATA = LT_MAPPING_DATA | LT_MAPPING_WRITE | LT_MAPPING_READ };
	for (uint32_t i = 0; i < cut.mapping_count; i++)
		if (m[i].flags & LT_MAPPING_HEAP)
			heap = (struct lt_scan_range){m[i].start, m[i].end};
	for (uint32_t i = 0; heap.end && i < cut.mapping_count; i++) {
		if ((m[i].flags & DATA) != DATA)
			continue;
		struct lt_scan_range a = lt_roots_arena(m[i].start, m[i].end, heap);
		lt_roots_subtract(&cut.roots, a.start, a.end);
	}
}

/* Only what lies on the main thread's stack, if that is where the process ends. */
static void subtract_dead_stack(const struct lt_moment *moment)
{
	for (uint32_t i = 0; i < cut.mapping_count; i++) {
		const struct lt_mapping *m = &cut.mappings[i];
		uintptr_t low = moment->dead_low;
		if ((m->flags & LT_MAPPING_STACK) && low >= m->start && low < m->end)
			lt_roots_subtract(&cut.roots, m->start, moment->dead_high);
	}
}

static void set_ranges(void)
{
	struct lt_scan *s = &cut.scan;
	struct lt_scan_range *skip = cut.ranges, *tables = skip + MAPPINGS,
			     *code = tables + MAPPINGS;
	uintptr_t readable = 0; /* end of the last that is */
	s->skip.range = skip;
	s->tables.range = tables;
	s->code.range = code;
	for (uint32_t i = 0; i < cut.mapping_count; i++) {
		const struct lt_mapping *m = &cut.mappings[i];
		struct lt_scan_range r = {m->start, m->end};
		if (!(m->flags & LT_MAPPING_READ))
			continue;
		if (m->start > readable)
			skip[s->skip.n++] = (struct lt_scan_range){readable, m->start};
		readable = m->end;
		if (m->flags & LT_MAPPING_EXEC)
			code[s->code.n++] = r;
		if (m->flags & LT_MAPPING_FILE)
			tables[s->tables.n++] = r;
	}
	skip[s->skip.n++] = (struct lt_scan_range){readable, UINTPTR_MAX};
}

/* A thread's descriptor begins with its own address, the address of its vector of thread-local
 * storage (two words into a block), and its own address. */
enum { THREADS = 1024, VECTOR_HEAD = 16, DESCRIPTOR_ALIGN = 64 };

static uint32_t find_vectors(uintptr_t *vector)
{
	const struct lt_roots *r = &cut.roots;
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		uintptr_t at = (r->root[i].start + DESCRIPTOR_ALIGN - 1) &
			       ~(uintptr_t)(DESCRIPTOR_ALIGN - 1);
		if (r->root[i].kind != LT_SCAN_MAPPING)
			continue;
		for (; at + DESCRIPTOR_ALIGN <= r->root[i].end && n < THREADS;
			at += DESCRIPTOR_ALIGN) {
			const uintptr_t *w = (const uintptr_t *)at;
			if (w[0] == at && w[2] == at)
				vector[n++] = w[1] - VECTOR_HEAD;
		}
	}
	return n;
}

/* These vectors belong to the threads, though nothing points to their beginnings. */
static void hold_vectors(void)
{
	uintptr_t vector[THREADS];
	uint32_t n = lt_numbered ? find_vectors(vector) : 0;
	for (uint32_t i = 0; n && i < cut.scan.n_blocks; i++)
		for (uint32_t k = 0; k < n; k++)
			if (cut.scan.blocks[i].addr == vector[k])
				cut.scan.blocks[i].flags |= LT_SCAN_HELD;
}

static bool find_roots(const struct lt_moment *moment)
{
	struct lt_scan *s = &cut.scan;
	if (!read_mappings())
		return false;
	lt_mappings_find_arenas(cut.mappings, cut.mapping_count);
	lt_mappings_mark(cut.mappings, cut.mapping_count, s->blocks, s->n_blocks);
	lt_roots_add(&cut.roots, cut.mappings, cut.mapping_count, s->blocks, s->n_blocks);
	subtract_own(&moment->own);
	subtract_arena();
	subtract_dead_stack(moment);
	set_ranges();
	hold_vectors();
	s->roots = cut.roots.root;
	s->n_roots = cut.roots.n;
	return !cut.roots.full;
}

const struct lt_scan *lt_judge(const struct lt_moment *moment)
{
	if (!find_roots(moment))
		return NULL;
	lt_scan_run(&cut.scan);
	return &cut.scan;
}
