#include "lib/judge_in.h"

#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <unistd.h>
#include "format/scan.h"
#include "lib/allocator.h"
#include "lib/bootstrap.h"
#include "lib/declared.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/real.h"
#include "lib/sys.h"
#include "lib/tracer.h"

enum { PAGE = 4096 };

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* What an allocator has mapped for itself, in order. Returns how many there are. */
static uint32_t find_theirs(void)
{
	struct lt_scan_range *t = lt_cut.theirs;
	uintptr_t range[2];
	uint32_t n = 0, k;
	for (unsigned i = 0; n < LT_JUDGE_MAPPINGS && lt_allocator_range(i, range); i++) {
		if (range[0] >= range[1])
			continue;
		for (k = n++; k && t[k - 1].start > range[0]; k--)
			t[k] = t[k - 1];
		t[k] = (struct lt_scan_range){range[0], range[1]};
	}
	return n;
}

static size_t read_maps(void)
{
	size_t len = 0;
	long n;
	int fd = (int)lt_sys4(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
	while (len < LT_JUDGE_TEXT &&
		(n = lt_sys3(SYS_read, fd, lt_cut.text + len, LT_JUDGE_TEXT - len)) > 0)
		len += (size_t)n;
	return len;
}

static bool read_mappings(void)
{
	struct lt_roots_file dump;
	size_t len = read_maps();
	lt_dump_identity(&dump.dev, &dump.ino);
	const char *p = lt_cut.text, *end = p + len;
	struct lt_mapping *m = lt_cut.mappings;
	uint32_t count = 0, theirs = find_theirs(), before;
	while (count < LT_JUDGE_MAPPINGS &&
		(p = lt_mapping_read(p, end, count ? &m[count - 1] : NULL, &dump, &m[count]))) {
		before = count;
		count = lt_mapping_split(m, count + 1, LT_JUDGE_MAPPINGS);
		count = lt_mapping_part(m, before, count, LT_JUDGE_MAPPINGS, lt_cut.theirs, theirs);
	}
	lt_cut.mapping_count = count;
	return count > 0 && count < LT_JUDGE_MAPPINGS && len < LT_JUDGE_TEXT;
}

/* Of this library's own object. */
static void subtract_own_data(void)
{
	const char *base = (const char *)&__ehdr_start;
	const ElfW(Phdr) *ph = (const void *)(base + __ehdr_start.e_phoff);
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
		if (ph[i].p_type == PT_LOAD && (ph[i].p_flags & PF_W)) {
			uintptr_t start = (uintptr_t)base + ph[i].p_vaddr;
			lt_roots_subtract(&lt_cut.roots, start & ~(uintptr_t)(PAGE - 1),
				lt_sys_pages(start + ph[i].p_memsz));
		}
}

static void add_root(uintptr_t start, uintptr_t end)
{
	struct lt_roots *r = &lt_cut.roots;
	lt_roots_subtract(r, start, end);
	if (r->n < r->room)
		r->root[r->n++] =
			(struct lt_scan_root){.start = start, .end = end, .kind = LT_SCAN_OTHER};
}

/* The tracer's memory, but for what it has handed to the program. */
static void subtract_own(void)
{
	uintptr_t range[2];
	for (unsigned i = 0; lt_sys_own(i, range); i++) {
		lt_roots_subtract(&lt_cut.roots, range[0], range[1]);
		lt_judge_mark(range[0], range[1], LTF_MAPPING_TRACER);
	}
	subtract_own_data();
	for (unsigned i = 0; lt_bootstrap_region(i, range); i++)
		add_root(range[0], range[1]);
	if (lt_environment_given(range))
		add_root(range[0], range[1]);
}

/* In the C library's data, if its malloc is the program's. */
static void subtract_arena(void)
{
	struct lt_scan_range heap = {0, 0};
	struct dl_find_object libc;
	const struct lt_mapping *m = lt_cut.mappings;
	enum { DATA = LT_MAPPING_DATA | LT_MAPPING_WRITE | LT_MAPPING_READ };
	if (!lt_allocator.glibc || _dl_find_object((void *)lt_real.malloc, &libc) != 0)
		return;
	for (uint32_t i = 0; i < lt_cut.mapping_count; i++)
		if (m[i].flags & LT_MAPPING_HEAP)
			heap = (struct lt_scan_range){m[i].start, m[i].end};
	for (uint32_t i = 0; heap.end && i < lt_cut.mapping_count; i++) {
		if ((m[i].flags & DATA) != DATA || m[i].end <= (uintptr_t)libc.dlfo_map_start ||
			m[i].start >= (uintptr_t)libc.dlfo_map_end)
			continue;
		struct lt_scan_range a = lt_roots_arena(m[i].start, m[i].end, heap);
		lt_roots_subtract(&lt_cut.roots, a.start, a.end);
	}
}

/* The data of an object that is nothing but an allocator. What the kernel has joined with it is
 * another's: the loader's, say, with the first thread's storage. */
static void subtract_allocator(void)
{
	const struct lt_mapping *m = lt_cut.mappings;
	uintptr_t low = lt_allocator.low, end = lt_sys_pages(low + lt_allocator.size);
	for (uint32_t i = 0; lt_allocator.only && i < lt_cut.mapping_count; i++)
		if ((m[i].flags & LT_MAPPING_DATA) && m[i].end > low && m[i].start < end)
			lt_roots_subtract(&lt_cut.roots, m[i].start > low ? m[i].start : low,
				m[i].end < end ? m[i].end : end);
}

/* What of brk's memory the program has taken by itself. */
static void add_brk(void)
{
	const struct lt_mapping *m = lt_cut.mappings;
	uintptr_t range[2];
	for (unsigned k = 0; lt_allocator_not_of_brk(k, range); k++)
		for (uint32_t i = 0; i < lt_cut.mapping_count; i++)
			if ((m[i].flags & LT_MAPPING_HEAP) && (m[i].flags & LT_MAPPING_READ) &&
				range[0] < m[i].end && range[1] > m[i].start)
				add_root(range[0] > m[i].start ? range[0] : m[i].start,
					range[1] < m[i].end ? range[1] : m[i].end);
}

static void set_ranges(void)
{
	struct lt_scan *s = &lt_cut.scan;
	struct lt_scan_range *skip = lt_cut.skip, *tables = lt_cut.tables, *code = lt_cut.code;
	uintptr_t readable = 0; /* end of the last that is */
	s->skip.range = skip;
	s->tables.range = tables;
	s->code.range = code;
	for (uint32_t i = 0; i < lt_cut.mapping_count; i++) {
		const struct lt_mapping *m = &lt_cut.mappings[i];
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

bool lt_judge_roots(const struct lt_moment *moment)
{
	struct lt_scan *s = &lt_cut.scan;
	if (!read_mappings())
		return false;
	lt_mappings_find_arenas(lt_cut.mappings, lt_cut.mapping_count);
	lt_cut.roots.glibc = lt_allocator.glibc;
	lt_mappings_mark(
		lt_cut.mappings, lt_cut.mapping_count, s->blocks, s->n_blocks, lt_allocator.glibc);
	if (s->coverage & LT_SCAN_BLOCKS_UNKNOWN)
		lt_judge_gaps();
	else
		lt_roots_add(&lt_cut.roots, lt_cut.mappings, lt_cut.mapping_count, s->blocks,
			s->n_blocks);
	add_brk();
	subtract_own();
	subtract_arena();
	subtract_allocator();
	set_ranges();
	lt_judge_threads(moment);
	lt_judge_pages();
	lt_roots_sort(&lt_cut.roots);
	s->n_ordered = lt_cut.roots.n;
	s->n_later = lt_declared_add(&lt_cut.roots, lt_cut.mappings, lt_cut.mapping_count);
	lt_judge_targets(moment);
	s->roots = lt_cut.roots.root;
	s->n_roots = lt_cut.roots.n;
	return !lt_cut.roots.full;
}
