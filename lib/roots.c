#include "lib/roots.h"

#include <string.h>

enum {
	PAGE = 4096,
	LARGE = 64 << 10, /* bytes: no smaller block has a mapping of its own */
	ARENA = 64 << 20,
	GRANULE = 2 << 20
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
	*m = (struct lt_mapping){.start = l.start, .end = l.end};
	m->flags = kind_of(&l, before, dump) | (l.access[0] == 'r' ? LT_MAPPING_READ : 0) |
		   (l.access[1] == 'w' ? LT_MAPPING_WRITE : 0) |
		   (l.access[2] == 'x' ? LT_MAPPING_EXEC : 0);
	return eol + 1;
}

/* The mapping that holds the address, or n. */
static uint32_t find(const struct lt_mapping *m, uint32_t n, uintptr_t addr)
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

enum {
	ANY = LT_MAPPING_FILE | LT_MAPPING_DATA | LT_MAPPING_STACK | LT_MAPPING_HEAP |
	      LT_MAPPING_OTHER
};

uint32_t lt_mapping_split(struct lt_mapping *m, uint32_t n, uint32_t room)
{
	while (n < room && !(m[n - 1].flags & ANY) && (m[n - 1].flags & LT_MAPPING_WRITE)) {
		struct lt_mapping *last = &m[n - 1];
		uintptr_t edge = (last->start & ~(uintptr_t)(ARENA - 1)) + ARENA;
		if (edge >= last->end)
			break;
		m[n] = *last;
		m[n++].start = last->end = edge;
	}
	return n;
}

/* What is at the beginning of an arena's memory: the arena (within such memory, too), the piece
 * before, and how long it is. */
void lt_mappings_find_arenas(struct lt_mapping *m, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const uintptr_t *w = (const uintptr_t *)m[i].start;
		if (m[i].start % ARENA || (m[i].flags & ANY) || !(m[i].flags & LT_MAPPING_READ) ||
			!(m[i].flags & LT_MAPPING_WRITE))
			continue;
		bool first = w[0] - m[i].start < PAGE && w[1] == 0;
		bool further = w[0] % ARENA < PAGE && w[1] && w[1] % ARENA == 0;
		if ((first || further) && w[2] && w[2] <= ARENA && w[2] % 16 == 0 &&
			m[i].end - m[i].start <= ARENA)
			m[i].flags |= LT_MAPPING_ARENA;
	}
}

static uint32_t granule(uintptr_t addr)
{
	return 1u << (addr / GRANULE % 32);
}

void lt_mappings_mark(
	struct lt_mapping *m, uint32_t n, const struct lt_scan_block *blocks, uint32_t n_blocks)
{
	for (uint32_t i = 0; i < n_blocks; i++) {
		const struct lt_scan_block *b = &blocks[i];
		uint32_t k = find(m, n, b->addr);
		if (k == n)
			continue;
		if (b->size >= LARGE) {
			m[k].flags |= LT_MAPPING_LARGE;
			continue;
		}
		m[k].flags |= LT_MAPPING_SMALL;
		m[k].used |= granule(b->addr);
		if (b->addr + b->size < m[k].end)
			m[k].used |= granule(b->addr + b->size);
	}
}

static void add(struct lt_roots *r, uintptr_t start, uintptr_t end, uint32_t kind)
{
	if (r->n == r->room)
		r->full = true;
	else if (start < end)
		r->root[r->n++] = (struct lt_scan_root){.start = start, .end = end, .kind = kind};
}

void lt_roots_subtract(struct lt_roots *r, uintptr_t start, uintptr_t end)
{
	uint32_t n = r->n;
	for (uint32_t i = 0; i < n; i++) {
		struct lt_scan_root *x = &r->root[i];
		uintptr_t tail = x->end;
		if (start >= x->end || end <= x->start)
			continue;
		x->end = start > x->start ? start : x->start;
		if (end < tail && x->end == x->start)
			*x = (struct lt_scan_root){.start = end, .end = tail, .kind = x->kind};
		else if (end < tail)
			add(r, end, tail, x->kind);
	}
}

static bool is_root(const struct lt_mapping *m)
{
	return (m->flags & LT_MAPPING_READ) && (m->flags & LT_MAPPING_WRITE) &&
	       !(m->flags & (LT_MAPPING_OTHER | LT_MAPPING_HEAP)) &&
	       (!(m->flags & LT_MAPPING_ARENA) || !(m->flags & LT_MAPPING_SMALL));
}

static uint32_t kind_of_root(const struct lt_mapping *m)
{
	return m->flags & LT_MAPPING_STACK  ? LT_SCAN_STACK
	       : m->flags & LT_MAPPING_DATA ? LT_SCAN_DATA
					    : LT_SCAN_MAPPING;
}

/* What is not used, where an allocator's memory and the program's lie in one mapping. It has been
 * split, so that each bit of `used` stands for one place. */
static void add_unused(struct lt_roots *r, const struct lt_mapping *m)
{
	for (uintptr_t at = m->start, next; at < m->end; at = next) {
		next = (at & ~(uintptr_t)(GRANULE - 1)) + GRANULE;
		next = next < m->end ? next : m->end;
		if (m->used & granule(at))
			continue;
		if (r->n && r->root[r->n - 1].end == at && at > m->start)
			r->root[r->n - 1].end = next;
		else
			add(r, at, next, LT_SCAN_MAPPING);
	}
}

/* Blocks are memory, not roots, wherever they lie. */
static void subtract_block(
	struct lt_roots *r, const struct lt_mapping *m, const struct lt_scan_block *b)
{
	uintptr_t page = ~(uintptr_t)(PAGE - 1), end = b->addr + b->size;
	if (m->flags & (LT_MAPPING_DATA | LT_MAPPING_STACK | LT_MAPPING_FILE))
		lt_roots_subtract(r, b->addr, end);
	else if (b->size >= LARGE)
		lt_roots_subtract(r, b->addr & page, (end + PAGE - 1) & page);
}

void lt_roots_add(struct lt_roots *r, const struct lt_mapping *m, uint32_t n,
	const struct lt_scan_block *blocks, uint32_t n_blocks)
{
	uint32_t mixed = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!is_root(&m[i]))
			continue;
		mixed |= m[i].flags & (LT_MAPPING_LARGE | LT_MAPPING_SMALL);
		if ((m[i].flags & LT_MAPPING_SMALL) && !(m[i].flags & ANY))
			add_unused(r, &m[i]);
		else
			add(r, m[i].start, m[i].end, kind_of_root(&m[i]));
	}
	for (uint32_t i = 0; mixed && i < n_blocks; i++) {
		uint32_t k = find(m, n, blocks[i].addr);
		if (k < n && is_root(&m[k]))
			subtract_block(r, &m[k], &blocks[i]);
	}
}

/* The lists are circles through their heads. An empty one's two words are the address of the chunk
 * whose links they would be; the others' are addresses of chunks in the heap. */
enum {
	LISTS = 127,
	EMPTY_LEAST = 32,
	BEFORE_LISTS = 112, /* lock, flags, fast lists, top, last remainder */
	BEHIND_LISTS = 16   /* which lists are empty */
};

static bool is_empty_list(const uintptr_t *w)
{
	return w[0] == (uintptr_t)(w - 2) && w[1] == (uintptr_t)(w - 2);
}

static bool is_list(const uintptr_t *w, const struct lt_scan_range *heap)
{
	return is_empty_list(w) || (w[0] - heap->start < heap->end - heap->start &&
					   w[1] - heap->start < heap->end - heap->start);
}

/* From some empty list to the end of all, and back to the first. */
static struct lt_scan_range arena_at(
	const uintptr_t *w, uintptr_t start, uintptr_t end, const struct lt_scan_range *heap)
{
	unsigned n = 0;
	uintptr_t size = LISTS * 2 * sizeof(*w);
	while ((uintptr_t)(w + 2) <= end && is_list(w, heap))
		w += 2;
	struct lt_scan_range arena = {
		(uintptr_t)w - size - BEFORE_LISTS, (uintptr_t)w + BEHIND_LISTS};
	if ((uintptr_t)w - start < size + BEFORE_LISTS || arena.end > end)
		return (struct lt_scan_range){0, 0};
	for (const uintptr_t *x = w - 2 * LISTS; x < w; x += 2) {
		if (!is_list(x, heap))
			return (struct lt_scan_range){0, 0};
		n += is_empty_list(x);
	}
	return n < EMPTY_LEAST ? (struct lt_scan_range){0, 0} : arena;
}

struct lt_scan_range lt_roots_arena(uintptr_t start, uintptr_t end, struct lt_scan_range heap)
{
	const uintptr_t *w = (const uintptr_t *)((start + 7) & ~(uintptr_t)7);
	for (; (uintptr_t)(w + 2) <= end; w++) {
		if (!is_empty_list(w))
			continue;
		struct lt_scan_range arena = arena_at(w, start, end, &heap);
		if (arena.end)
			return arena;
	}
	return (struct lt_scan_range){0, 0};
}
