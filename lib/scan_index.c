#include "lib/scan_in.h"

enum {
	SMALL = 16,         /* elements that are sorted by insertion */
	RADIX = 8,          /* bits that one level of sorting looks at */
	CHUNK_SHIFT = 21,   /* as long as that does not make too many chunks */
	BLOCKS_A_CHUNK = 8, /* at least, on average, but for the first few chunks */
	AHEAD = 16          /* words; of what is sorted, how far ahead the memory is asked for */
};

static inline __attribute__((always_inline)) void move(
	uint64_t *to, const uint64_t *from, unsigned width)
{
	__builtin_memcpy(to, from, width * sizeof(*to));
}

static inline __attribute__((always_inline)) void insertion(uint64_t *e, uint32_t n, unsigned width)
{
	uint64_t v[4];

	for (uint32_t i = 1; i < n; i++) {
		uint32_t to = i;
		move(v, e + (size_t)i * width, width);
		for (; to > 0 && e[(size_t)(to - 1) * width] > v[0]; to--)
			move(e + (size_t)to * width, e + (size_t)(to - 1) * width, width);
		move(e + (size_t)to * width, v, width);
	}
}

/* Every element goes to its bucket, in place: what it pushes out is the next to go. begin: of each
 * bucket; becomes its end. */
static inline __attribute__((always_inline)) void distribute(uint64_t *e, unsigned width,
	uint64_t least, unsigned shift, uint32_t *begin, const uint32_t *end, unsigned buckets)
{
	uint64_t v[4], other[4];

	for (unsigned b = 0; b < buckets; b++) {
		while (begin[b] < end[b]) {
			move(v, e + (size_t)begin[b] * width, width);
			for (unsigned k; (k = (v[0] - least) >> shift) != b;) {
				uint64_t *place = e + (size_t)begin[k]++ * width;
				__builtin_prefetch(place + AHEAD, 1);
				move(other, place, width);
				move(place, v, width);
				move(v, other, width);
			}
			move(e + (size_t)begin[b]++ * width, v, width);
		}
	}
}

/* How the keys of n > 1 elements are spread. Returns false when they are in order already. */
static inline bool spread(
	const uint64_t *e, uint32_t n, unsigned width, uint64_t *least, uint64_t *most)
{
	bool ordered = true;

	*least = *most = e[0];
	for (uint32_t i = 1; i < n; i++) {
		uint64_t k = e[(size_t)i * width];
		ordered &= k >= e[(size_t)(i - 1) * width];
		*least = k < *least ? k : *least;
		*most = k > *most ? k : *most;
	}
	return !ordered;
}

/* Each level takes eight bits off the keys' spread, so there are at most eight. */
static inline __attribute__((always_inline)) void sort(
	uint64_t *e, uint32_t n, unsigned width, void (*deeper)(uint64_t *, uint32_t))
{
	uint32_t begin[1 << RADIX], end[1 << RADIX];
	uint64_t least, most;

	if (n <= SMALL) {
		insertion(e, n, width);
		return;
	}
	if (!spread(e, n, width, &least, &most))
		return;
	unsigned bits = 64 - __builtin_clzll(most - least);
	unsigned radix = 32 - __builtin_clz(n);
	radix = radix > RADIX ? RADIX : radix;
	unsigned shift = bits > radix ? bits - radix : 0, buckets = 1u << radix;
	__builtin_memset(end, 0, buckets * sizeof(*end));
	for (uint32_t i = 0; i < n; i++)
		end[(e[(size_t)i * width] - least) >> shift]++;
	uint32_t sum = 0;
	for (unsigned b = 0; b < buckets; b++) {
		begin[b] = sum;
		end[b] = sum += end[b];
	}
	distribute(e, width, least, shift, begin, end, buckets);
	for (unsigned b = 0; shift && b < buckets; b++) {
		uint32_t from = b ? end[b - 1] : 0;
		if (end[b] - from > 1)
			deeper(e + (size_t)from * width, end[b] - from);
	}
}

static void sort_words(uint64_t *e, uint32_t n)
{
	sort(e, n, 1, sort_words);
}

static void sort_blocks(uint64_t *e, uint32_t n)
{
	sort(e, n, 4, sort_blocks);
}

void lt_scan_sort(uint64_t *words, uint32_t n, unsigned width)
{
	if (width == 1)
		sort_words(words, n);
	else
		sort_blocks(words, n);
}

/* In the table: words that a chunk may need beyond one for each block. */
enum { ROOM_A_CHUNK = LT_SCAN_ROW_WORDS };

static uint32_t chunk_limit(uint32_t n)
{
	return n / BLOCKS_A_CHUNK + 16;
}

static uint32_t hash_size(uint32_t n)
{
	uint32_t size = 16;

	while (size < 2 * (uint64_t)chunk_limit(n))
		size *= 2;
	return size;
}

size_t lt_scan_index_space(uint32_t n)
{
	return ((size_t)chunk_limit(n) + 1) * sizeof(struct lt_scan_chunk) +
	       ((size_t)hash_size(n) + n + ROOM_A_CHUNK * (size_t)chunk_limit(n)) *
		       sizeof(uint32_t);
}

/* Writes down the chunks in which blocks begin, or says that they are too many, or the span is. */
static bool cut(struct lt_scan_index *x, uint32_t n)
{
	uint32_t limit = chunk_limit(n);

	if ((x->least - x->base + x->span) >> x->shift >= UINT32_MAX)
		return false;
	x->n_chunks = 0;
	x->any_held = false;
	struct lt_scan_chunk *c = x->chunk - 1;
	uintptr_t before = 0;
	for (uint32_t i = 0; i < n; i++) {
		uintptr_t addr = x->blocks[i].addr;
		uint32_t key = (uint32_t)((addr - x->base) >> x->shift);
		if (i == 0 || c->key != key) {
			if (x->n_chunks++ == limit)
				return false;
			*++c = (struct lt_scan_chunk){.key = key, .first = i};
		}
		c->shift |= addr % (1u << LT_SCAN_GRAIN_SHIFT) || addr == before;
		before = addr;
		x->any_held |= x->blocks[i].flags & LT_SCAN_HELD;
	}
	x->chunk[x->n_chunks] = (struct lt_scan_chunk){.key = UINT32_MAX, .first = n};
	return true;
}

/* Whether rows suit a chunk: they take no more room than slots, and tell its blocks from each
 * other.
 */
static bool suits_rows(const struct lt_scan_index *x, const struct lt_scan_chunk *c)
{
	uint32_t n = c[1].first - c->first;

	return !c->shift && ((uintptr_t)LT_SCAN_ROW_WORDS << x->shift >> LT_SCAN_ROW_SHIFT) <= n;
}

/* These two fill the table from its place `at` on for a chunk, and return the place behind. */
static uint32_t fill_rows(struct lt_scan_index *x, struct lt_scan_chunk *c, uint32_t at)
{
	uint32_t i = c->first, n = 1u << (x->shift - LT_SCAN_ROW_SHIFT);

	at = (at + LT_SCAN_ROW_WORDS - 1) / LT_SCAN_ROW_WORDS * LT_SCAN_ROW_WORDS;
	c->table = at | LT_SCAN_ROWS;
	c->shift = LT_SCAN_ROW_SHIFT;
	struct lt_scan_row *row = (void *)(x->table + at);
	uintptr_t end = x->base + ((uintptr_t)c->key << x->shift);
	for (uint32_t r = 0; r < n; r++) {
		row[r] = (struct lt_scan_row){.first = i};
		end += 1ul << LT_SCAN_ROW_SHIFT;
		for (; i < c[1].first && x->blocks[i].addr < end; i++)
			row[r].bits |=
				1ull << ((x->blocks[i].addr - x->base) >> LT_SCAN_GRAIN_SHIFT & 63);
	}
	return at + n * LT_SCAN_ROW_WORDS;
}

static uint32_t fill_slots(struct lt_scan_index *x, struct lt_scan_chunk *c, uint32_t at)
{
	uint32_t i = c->first, last = c[1].first;
	unsigned log2 = last - i > 2 ? 32 - __builtin_clz((last - i - 1) / 2) : 0;

	if (log2 > x->shift)
		log2 = x->shift;
	c->table = at;
	c->shift = x->shift - log2;
	uintptr_t start = x->base + ((uintptr_t)c->key << x->shift);
	for (uint32_t slot = 0; slot >> log2 == 0; slot++) {
		while (i < last && x->blocks[i].addr < start)
			i++;
		x->table[at++] = i;
		start += (uintptr_t)1 << c->shift;
	}
	x->table[at++] = last;
	return at;
}

void lt_scan_index(
	struct lt_scan_index *x, const struct lt_scan_block *blocks, uint32_t n, void *space)
{
	x->blocks = blocks;
	x->base = blocks[0].addr >> LT_SCAN_ROW_SHIFT << LT_SCAN_ROW_SHIFT;
	x->least = blocks[0].addr;
	x->span = blocks[n - 1].addr + blocks[n - 1].size - x->least;
	x->chunk = space;
	x->hash = (uint32_t *)(x->chunk + chunk_limit(n) + 1);
	x->table = x->hash + hash_size(n); /* aligned like a row: chunks and the hash's size are */
	x->hash_mask = hash_size(n) - 1;
	for (x->shift = CHUNK_SHIFT; !cut(x, n);)
		x->shift++;

	__builtin_memset(x->hash, 0xff, hash_size(n) * sizeof(*x->hash));
	uint32_t at = 0;
	for (uint32_t c = 0; c < x->n_chunks; c++) {
		uint32_t h = (x->chunk[c].key * 0x9e3779b1u >> 7) & x->hash_mask;
		while (x->hash[h] != LT_SCAN_NO_BLOCK)
			h = (h + 1) & x->hash_mask;
		x->hash[h] = c;
		at = suits_rows(x, &x->chunk[c]) ? fill_rows(x, &x->chunk[c], at)
						 : fill_slots(x, &x->chunk[c], at);
	}
}

struct lt_scan_search lt_scan_below(const struct lt_scan_index *x, uintptr_t addr)
{
	uint32_t key = (addr - x->base) >> x->shift, lo = 1, hi = x->n_chunks;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (x->chunk[mid].key <= key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (struct lt_scan_search){.lo = x->chunk[lo].first, .hi = x->chunk[lo].first};
}

uint32_t lt_scan_range_at(struct lt_scan_ranges r, uintptr_t addr)
{
	uint32_t lo = 0, hi = r.n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (r.range[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
