#include "lib/stacks.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include "format/ring.h"
#include "lib/ring.h"
#include "lib/sys.h"

enum {
	SLOTS = 8,           /* a bucket is one cache line */
	FIRST_BUCKETS = 512, /* 32 KiB; each further table is eight times larger */
	TABLES = 6,
	SEGMENT = 1 << 14, /* nodes in a segment, 256 KiB */
	SEGMENTS = (LTF_SITE_MAX + 1) / SEGMENT / 16
};

struct node {
	uint64_t pc_flags; /* pc48 flags12, as in the ring */
	uint32_t parent;
	uint32_t module;
};

/* A slot: the id in the low half, the hash's high half above it; 0 is free. */
struct bucket {
	_Atomic uint64_t slot[SLOTS];
};

static struct {
	_Atomic uint32_t next_id;
	struct bucket *_Atomic table[TABLES];
	struct node *_Atomic segment[SEGMENTS];
} stacks;

static size_t table_size(unsigned i)
{
	return ((size_t)FIRST_BUCKETS << (3 * i)) * sizeof(struct bucket);
}

/* The kernel has wiped the tables: they are empty. */
void lt_stacks_reset(void)
{
	stacks.next_id = 0;
}

/* Memory that is made by whoever needs it first; the loser of a race gives its own back. */
static void *shared(void *_Atomic *place, size_t len)
{
	void *have = atomic_load_explicit(place, memory_order_acquire);
	if (have)
		return have;
	void *mine = lt_sys_map(len, true);
	if (!mine)
		return NULL;
	if (atomic_compare_exchange_strong(place, &have, mine))
		return mine;
	lt_sys_unmap(mine, len);
	return have;
}

static struct node *node_at(uint32_t id)
{
	struct node *s = atomic_load_explicit(&stacks.segment[id / SEGMENT], memory_order_relaxed);
	return &s[id % SEGMENT];
}

uint32_t lt_stacks_frame(uint32_t id, struct lt_frame *f)
{
	const struct node *n = node_at(id);
	*f = (struct lt_frame){.pc = (uintptr_t)(n->pc_flags >> 12),
		.module = n->module,
		.flags = (uint32_t)(n->pc_flags & 0xfff)};
	return n->parent;
}

static uint32_t announce(struct lt_thread *t, const struct node *n)
{
	uint32_t id = atomic_fetch_add_explicit(&stacks.next_id, 1, memory_order_relaxed) + 1;
	if (id / SEGMENT >= SEGMENTS)
		return LTF_SITE_NONE;
	if (!shared((void *_Atomic *)&stacks.segment[id / SEGMENT], SEGMENT * sizeof(struct node)))
		return LTF_SITE_NONE;
	uint64_t *w = lt_ring_reserve(t, 3);
	if (!w)
		return LTF_SITE_NONE;
	*node_at(id) = *n;
	w[1] = LTF_CONT(n->pc_flags);
	w[2] = LTF_CONT(n->module);
	lt_commit(w, LTF_LEAD(LTF_W_NODE) | (uint64_t)id << 30 | n->parent);
	return id;
}

static uint64_t hash(const struct node *n)
{
	uint64_t h = n->pc_flags ^ ((uint64_t)n->parent << 32 | n->module) * 0x9e3779b97f4a7c15ull;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93ull;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93ull;
	return h ^ h >> 32;
}

static bool same(uint32_t id, const struct node *n)
{
	const struct node *m = node_at(id);
	return m->pc_flags == n->pc_flags && m->parent == n->parent && m->module == n->module;
}

/* Looks through one bucket. Returns the id; or 0 with *free set to the first free slot, or NULL. */
static uint32_t look(struct bucket *b, uint32_t mark, const struct node *n, _Atomic uint64_t **free)
{
	*free = NULL;
	for (unsigned i = 0; i < SLOTS; i++) {
		uint64_t s = atomic_load_explicit(&b->slot[i], memory_order_acquire);
		if (!s) {
			*free = &b->slot[i];
			return 0;
		}
		if ((uint32_t)(s >> 32) == mark && same((uint32_t)s, n))
			return (uint32_t)s;
	}
	return 0;
}

uint32_t lt_stacks_node(
	struct lt_thread *t, uint32_t parent, const struct lt_frame *f, uint32_t flags)
{
	struct node n = {.pc_flags = (uint64_t)f->pc << 12 | ((f->flags | flags) & 0xfff),
		.parent = parent,
		.module = f->module};
	uint64_t h = hash(&n);
	uint32_t mark = (uint32_t)(h >> 32), mine = 0;
	for (unsigned i = 0; i < TABLES; i++) {
		struct bucket *table = shared((void *_Atomic *)&stacks.table[i], table_size(i));
		if (!table)
			return mine;
		struct bucket *b = &table[h & (((uint64_t)FIRST_BUCKETS << (3 * i)) - 1)];
		_Atomic uint64_t *free;
		uint32_t id;
		while ((id = look(b, mark, &n, &free)) == 0 && free) {
			uint64_t none = 0;
			if (!mine && !(mine = announce(t, &n)))
				return LTF_SITE_NONE;
			if (atomic_compare_exchange_strong(
				    free, &none, (uint64_t)mark << 32 | mine))
				return mine;
		}
		if (id)
			return id;
	}
	/* All tables are full here: from now on this frame gets a new id at every call. */
	return mine ? mine : announce(t, &n);
}
