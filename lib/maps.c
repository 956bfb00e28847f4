#include "lib/maps.h"

#include <string.h>
#include "lib/scan_in.h"

enum {
	PAGE = 4096,
	LARGE = 64 << 10, /* bytes: where it is not told, no smaller block has a mapping of its own
			   */
	ARENA = 64 << 20
};

static const char *hex(const char *p, const char *end, uint64_t *v)
{
	const char *begin = p;
	for (*v = 0; p < end; p++) {
		unsigned c = (unsigned char)*p;
		unsigned digit = c >= '0' && c <= '9'   ? c - '0'
				 : c >= 'a' && c <= 'f' ? c - 'a' + 10
							: 16;
		if (digit == 16)
			break;
		*v = *v << 4 | digit;
	}
	return p > begin ? p : NULL;
}

static const char *decimal(const char *p, const char *end, uint64_t *v)
{
	for (*v = 0; p < end && *p >= '0' && *p <= '9'; p++)
		*v = *v * 10 + (uint64_t)(*p - '0');
	return p;
}

static const char *expect(const char *p, const char *end, char c)
{
	return p && p < end && *p == c ? p + 1 : NULL;
}

struct line {
	uint64_t start, end, offset, major, minor, ino;
	char access[4]; /* rwxp */
	const char *name, *name_end;
};

/* start-end rwxp offset major:minor inode      name */
static bool parse(struct line *l, const char *p, const char *end)
{
	p = expect(hex(p, end, &l->start), end, '-');
	p = p ? expect(hex(p, end, &l->end), end, ' ') : NULL;
	if (!p || end - p < 5)
		return false;
	memcpy(l->access, p, 4);
	p = expect(hex(p + 5, end, &l->offset), end, ' ');
	p = p ? expect(hex(p, end, &l->major), end, ':') : NULL;
	p = p ? expect(hex(p, end, &l->minor), end, ' ') : NULL;
	if (!p)
		return false;
	p = decimal(p, end, &l->ino);
	while (p < end && *p == ' ')
		p++;
	l->name = p;
	l->name_end = end;
	return true;
}

static bool is_named(const struct line *l, const char *name)
{
	size_t n = strlen(name);
	return (size_t)(l->name_end - l->name) == n && memcmp(l->name, name, n) == 0;
}

static uint32_t kind_of(
	const struct line *l, const struct lt_mapping *before, const struct lt_roots_file *dump)
{
	uint64_t dev = (l->minor & 0xff) | l->major << 8 | (l->minor & ~0xffull) << 12;
	bool named = l->name < l->name_end;
	if (l->ino)
		return l->ino == dump->ino && dev == dump->dev
			       ? LT_MAPPING_FILE | LT_MAPPING_OTHER
			       : LT_MAPPING_FILE | (l->access[3] == 'p' ? LT_MAPPING_DATA : 0);
	if (is_named(l, "[heap]"))
		return LT_MAPPING_HEAP;
	if (is_named(l, "[stack]"))
		return LT_MAPPING_STACK;
	if (named && *l->name == '[' && memcmp(l->name, "[anon", 5) != 0)
		return LT_MAPPING_OTHER;
	/* What a loaded object has zeroed lies right behind its data. */
	if (!named && before && before->end == l->start && (before->flags & LT_MAPPING_DATA) &&
		(before->flags & LT_MAPPING_FILE) && (before->flags & LT_MAPPING_WRITE))
		return LT_MAPPING_DATA;
	return 0;
}

const char *lt_mapping_read(const char *line, const char *end, const struct lt_mapping *before,
	const struct lt_roots_file *dump, struct lt_mapping *m)
{
	struct line l;
	const char *eol = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;
	if (!eol || !parse(&l, line, eol))
		return NULL;
	*m = (struct lt_mapping){.start = l.start, .end = l.end, .name = l.name};
	m->flags = kind_of(&l, before, dump) | (l.access[0] == 'r' ? LT_MAPPING_READ : 0) |
		   (l.access[1] == 'w' ? LT_MAPPING_WRITE : 0) |
		   (l.access[2] == 'x' ? LT_MAPPING_EXEC : 0);
	return eol + 1;
}

uint32_t lt_mapping_find(const struct lt_mapping *m, uint32_t n, uintptr_t addr)
{
	uint32_t low = 0, high = n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (m[middle].end <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && m[low].start <= addr ? low : n;
}

uint32_t lt_mapping_split(struct lt_mapping *m, uint32_t n, uint32_t room)
{
	enum { MOST = 1024 }; /* arenas, of which no allocator lies in what is larger */
	if ((m[n - 1].end - m[n - 1].start) / ARENA > MOST)
		return n;
	while (n < room && !(m[n - 1].flags & LT_MAPPING_NAMED) &&
		(m[n - 1].flags & LT_MAPPING_WRITE)) {
		struct lt_mapping *last = &m[n - 1];
		uintptr_t edge = (last->start & ~(uintptr_t)(ARENA - 1)) + ARENA;
		if (edge >= last->end)
			break;
		m[n] = *last;
		m[n++].start = last->end = edge;
	}
	return n;
}

/* Room for one more mapping behind the i-th, which ends at the edge then. */
static void cut(struct lt_mapping *m, uint32_t i, uint32_t n, uintptr_t edge)
{
	memmove(&m[i + 1], &m[i], (n - i) * sizeof(*m));
	m[i].end = m[i + 1].start = edge;
}

uint32_t lt_mapping_part(struct lt_mapping *m, uint32_t first, uint32_t n, uint32_t room,
	const struct lt_scan_range *theirs, uint32_t n_theirs)
{
	uint32_t k = lt_scan_range_at((struct lt_scan_ranges){theirs, n_theirs}, m[first].start);
	for (uint32_t i = first; i < n && k < n_theirs; i++) {
		while (k < n_theirs && theirs[k].end <= m[i].start)
			k++;
		if (k == n_theirs || theirs[k].start >= m[i].end || n + 2 > room)
			continue;
		if (theirs[k].start > m[i].start) {
			cut(m, i, n++, theirs[k].start);
			continue;
		}
		if (theirs[k].end < m[i].end)
			cut(m, i, n++, theirs[k].end);
		m[i].flags |= LT_MAPPING_ALLOCATOR;
	}
	return n;
}

/* What is at the beginning of an arena's memory: the arena (within such memory, too), the piece
 * before, how long it is, and how much of it has been made writable. */
static bool is_arena(const struct lt_mapping *m)
{
	const uintptr_t *w = (const uintptr_t *)m->start;
	bool first = w[0] - m->start < PAGE && w[1] == 0;
	bool further = w[0] % ARENA < PAGE && w[1] && w[1] % ARENA == 0;
	return (first || further) && w[2] && w[2] <= ARENA && w[2] % 16 == 0 && w[3] >= w[2] &&
	       w[3] == m->end - m->start;
}

void lt_mappings_find_arenas(struct lt_mapping *m, uint32_t n)
{
	enum { OTHER = LT_MAPPING_NAMED | LT_MAPPING_ALLOCATOR };
	for (uint32_t i = 0; i < n; i++)
		if (m[i].start % ARENA == 0 && !(m[i].flags & OTHER) &&
			(m[i].flags & LT_MAPPING_READ) && (m[i].flags & LT_MAPPING_WRITE) &&
			is_arena(&m[i]))
			m[i].flags |= LT_MAPPING_ARENA;
}

/* Its header says so: the first word, how far it lies within the mapping; the second, how long the
 * rest is, and a bit. */
bool lt_mapping_of_block(
	const struct lt_mapping *m, const struct lt_scan_block *b, struct lt_scan_range *own)
{
	enum { HEADER = 16, FLAGS = 7, MAPPED = 2 };
	if (b->addr - m->start < HEADER || !(m->flags & LT_MAPPING_READ))
		return false;
	const uintptr_t *w = (const uintptr_t *)(b->addr - HEADER);
	uintptr_t at = b->addr - HEADER, size = w[1] & ~(uintptr_t)FLAGS;
	*own = (struct lt_scan_range){at - w[0], at + size};
	return (w[1] & FLAGS) == MAPPED && size >= b->size + HEADER && own->start >= m->start &&
	       own->start <= at && own->end <= m->end && own->start % PAGE == 0 &&
	       own->end % PAGE == 0;
}

static void mark(struct lt_mapping *m, const struct lt_scan_block *b, bool glibc)
{
	struct lt_scan_range own;
	bool any = m->flags & (LT_MAPPING_NAMED | LT_MAPPING_ALLOCATOR | LT_MAPPING_ARENA);
	if (b->size >= LARGE || (glibc && !any && lt_mapping_of_block(m, b, &own))) {
		m->flags |= LT_MAPPING_LARGE;
		return;
	}
	m->flags |= LT_MAPPING_SMALL;
	m->used |= lt_mapping_granule(b->addr);
	if (b->addr + b->size < m->end)
		m->used |= lt_mapping_granule(b->addr + b->size);
}

void lt_mappings_mark(struct lt_mapping *m, uint32_t n, const struct lt_scan_block *blocks,
	uint32_t n_blocks, bool glibc)
{
	for (uint32_t i = 0; i < n_blocks; i++) {
		uint32_t k = lt_mapping_find(m, n, blocks[i].addr);
		if (k < n)
			mark(&m[k], &blocks[i], glibc);
	}
}
