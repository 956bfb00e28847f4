/* Three parts: the nodes; a hash table from a frame below a parent to its node, which is replaced
 * by one of twice the size before it is full; and a small cache from a whole row of frames to the
 * innermost one's node, which is right only where the nodes say so.
 */
#include "lib/stacks.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include "format/ring.h"
#include "lib/node.h"
#include "lib/ring.h"
#include "lib/sys.h"

enum {
	SLOTS = 8,          /* a bucket is one cache line */
	PROBES = 8,         /* buckets that are looked through, one after the other */
	FIRST_BUCKETS = 64, /* 4 KiB, enough for most that are forked or do little */
	TABLES = 20,
	FULL_TENTHS = 6, /* of the slots; then it is replaced */
	PATH_WAYS = 4,
	PATH_STEPS = 3,
	POPULATED = 32 << 10 /* bytes of a table that is soon written all over */
};

/* A slot: the id in the low half, the hash's high half above it; 0 is free. */
struct bucket {
	_Atomic uint64_t slot[SLOTS];
};

LT_TOGETHER static struct {
	_Atomic uint32_t next_id;
	_Atomic uint32_t newest;       /* table */
	_Atomic uint32_t used[TABLES]; /* slots, about */
	struct bucket *_Atomic table[TABLES];
	_Atomic uint64_t *_Atomic paths[PATH_STEPS]; /* slots, as above */
} LT_LINE stacks;

/* Slots of the cache of paths: 4 KiB, 32 KiB, 512 KiB. The next one, empty, is used from as many
 * nodes on. */
static const uint32_t path_slots[PATH_STEPS] = {1 << 9, 1 << 12, 1 << 16};

/* The second is eight times the first, the others twice the one before. */
static size_t buckets_in(unsigned i)
{
	return i ? (size_t)FIRST_BUCKETS << (i + 2) : FIRST_BUCKETS;
}

/* The kernel has wiped the tables: they are empty. */
void lt_stacks_reset(void)
{
	stacks.next_id = 0;
	stacks.newest = 0;
	memset((void *)stacks.used, 0, sizeof(stacks.used));
	if (stacks.table[0] && stacks.paths[0]) {
		lt_sys_populate(stacks.table[0], buckets_in(0) * sizeof(struct bucket));
		lt_sys_populate(stacks.paths[0], path_slots[0] * sizeof(uint64_t));
	}
}

/* Memory that is made by whoever needs it first; the loser of a race gives its own back. */
static void *shared(void *_Atomic *place, size_t len)
{
	void *have = atomic_load_explicit(place, memory_order_acquire);
	if (__builtin_expect(have != NULL, 1))
		return have;
	void *mine = lt_sys_map(len, true);
	if (!mine)
		return NULL;
	if (len <= POPULATED)
		lt_sys_populate(mine, len);
	if (atomic_compare_exchange_strong(place, &have, mine))
		return mine;
	lt_sys_unmap(mine, len);
	return have;
}

uint32_t lt_stacks_frame(uint32_t id, struct lt_frame *f)
{
	const struct lt_node *n = lt_node_at(id);
	*f = (struct lt_frame){.pc = (uintptr_t)(n->pc_module >> 16),
		.module = n->pc_module & 0xffff,
		.flags = lt_node_flags(n)};
	return lt_node_parent(n);
}

static uint32_t announce(struct lt_thread *t, const struct lt_node *n)
{
	uint32_t id = atomic_fetch_add_explicit(&stacks.next_id, 1, memory_order_relaxed) + 1;
	uint32_t segment = id / LT_NODE_SEGMENT;
	if (segment >= LT_NODE_SEGMENTS || !shared((void *_Atomic *)&lt_node_segments[segment],
						   LT_NODE_SEGMENT * sizeof(struct lt_node)))
		return LTF_SITE_NONE;
	uint64_t *w = lt_ring_reserve(t, 3);
	if (!w)
		return LTF_SITE_NONE;
	*lt_node_at(id) = *n;
	w[1] = LTF_CONT(n->pc_module >> 16 << 12 | lt_node_flags(n));
	w[2] = LTF_CONT(n->pc_module & 0xffff);
	lt_commit(w, LTF_LEAD(LTF_W_NODE) | (uint64_t)id << 30 | lt_node_parent(n));
	return id;
}

static uint64_t slot_word(uint64_t h, uint32_t id)
{
	return h >> 32 << 32 | id;
}

static inline struct lt_node node_from(
	const struct lt_frame *f, uint32_t parent, uint32_t flags, uint32_t step)
{
	return lt_node_make(f->pc, f->module, parent, f->flags | flags, lt_node_shape_of(step));
}

static uint64_t hash(const struct lt_node *n)
{
	uint64_t h = (n->pc_module ^ (uint64_t)lt_node_parent(n) << 32) * 0x9e3779b97f4a7c15ull;
	h = (h ^ h >> 32 ^ lt_node_flags(n)) * 0xd6e8feb86659fd93ull;
	return h ^ h >> 32;
}

/* Looks for the node in a table, from its home bucket on. Returns the id; or 0 with *free set to
 * the first free slot, or to NULL where there is none. */
static uint32_t look(unsigned i, uint64_t h, const struct lt_node *n, _Atomic uint64_t **free)
{
	struct bucket *table = atomic_load_explicit(&stacks.table[i], memory_order_acquire);
	size_t mask = buckets_in(i) - 1;
	uint32_t mark = (uint32_t)(h >> 32);
	*free = NULL;
	for (unsigned p = 0; table && p < PROBES; p++) {
		struct bucket *b = &table[(h + p) & mask];
		for (unsigned k = 0; k < SLOTS; k++) {
			uint64_t s = atomic_load_explicit(&b->slot[k], memory_order_acquire);
			if (!s) {
				*free = &b->slot[k];
				return 0;
			}
			if ((uint32_t)(s >> 32) == mark && lt_node_same(lt_node_at((uint32_t)s), n))
				return (uint32_t)s;
		}
	}
	return 0;
}

/* Puts the id into a table, unless another thread has put one there: returns that. 0: no room. */
static uint32_t put_in(unsigned i, uint64_t h, const struct lt_node *n, uint32_t id)
{
	_Atomic uint64_t *free;
	for (;;) {
		uint32_t other = look(i, h, n, &free);
		uint64_t none = 0;
		if (other || !free)
			return other;
		if (!atomic_compare_exchange_strong(free, &none, slot_word(h, id)))
			continue;
		atomic_fetch_add_explicit(&stacks.used[i], 1, memory_order_relaxed);
		return id;
	}
}

/* The next table takes the place of table i, by whoever comes first: others go on meanwhile, and
 * find in the old one what is not in the new one yet. */
static void replace(unsigned i)
{
	uint32_t was = i;
	struct bucket *old = stacks.table[i];
	size_t len = buckets_in(i + 1) * sizeof(struct bucket);
	if (!shared((void *_Atomic *)&stacks.table[i + 1], len) ||
		!atomic_compare_exchange_strong(&stacks.newest, &was, i + 1))
		return;
	for (size_t k = 0; k < buckets_in(i) * SLOTS; k++) {
		uint64_t s =
			atomic_load_explicit(&old[k / SLOTS].slot[k % SLOTS], memory_order_acquire);
		if (!s)
			continue;
		const struct lt_node *n = lt_node_at((uint32_t)s);
		put_in(i + 1, hash(n), n, (uint32_t)s);
	}
	lt_sys_forget(old, buckets_in(i) * sizeof(struct bucket));
}

static bool is_full(unsigned i)
{
	return atomic_load_explicit(&stacks.used[i], memory_order_relaxed) >
	       buckets_in(i) * SLOTS / 10 * FULL_TENTHS;
}

/* Puts the node's id into the newest table. */
static uint32_t put(uint64_t h, const struct lt_node *n, uint32_t id)
{
	unsigned i = atomic_load(&stacks.newest);
	if (!shared((void *_Atomic *)&stacks.table[i], buckets_in(i) * sizeof(struct bucket)))
		return id;
	if (is_full(i) && i + 1 < TABLES)
		replace(i);
	uint32_t in = put_in(atomic_load(&stacks.newest), h, n, id);
	return in ? in : id; /* no room: it gets a new id at every call */
}

static uint32_t node_of(struct lt_thread *t, const struct lt_node *n)
{
	uint64_t h = hash(n);
	_Atomic uint64_t *free;
	unsigned i = atomic_load_explicit(&stacks.newest, memory_order_acquire);
	uint32_t id = look(i, h, n, &free);
	if (id)
		return id;
	if (i > 0)
		id = look(i - 1, h, n, &free);
	if (!id)
		id = announce(t, n);
	return id ? put(h, n, id) : LTF_SITE_NONE;
}

static uint64_t path_hash(uint32_t parent, const struct lt_frame *f, unsigned n)
{
	uint64_t h = parent;
	for (unsigned i = 0; i < n; i++)
		h = (h ^ f[i].pc) * 0x9e3779b97f4a7c15ull, h ^= h >> 29;
	return h ^ h >> 32;
}

/* True when the nodes from id on are these frames, and the last one's parent is parent. */
static bool is_path(uint32_t id, uint32_t parent, const struct lt_frame *f, unsigned n,
	uint32_t flags, struct lt_memo_frame *out)
{
	for (unsigned i = 0; i < n; i++) {
		const struct lt_node *m = lt_node_at(id);
		uint32_t wanted = f[i].flags | (i + 1 == n ? flags : 0);
		if (m->pc_module != ((uint64_t)f[i].pc << 16 | f[i].module) ||
			lt_node_flags(m) != wanted)
			return false;
		out[i].id = id;
		id = lt_node_parent(m);
		if (id == LTF_SITE_NONE && i + 1 < n)
			return false;
	}
	return id == parent;
}

/* Nodes of one stack mostly stand one after the other, the innermost last. */
uint32_t lt_stacks_foresee(uint32_t before, uint32_t site)
{
	if (before != LTF_SITE_NONE) {
		struct lt_node *b = lt_node_at(before);
		if (lt_node_next(b) != site)
			b->next = (b->next & ~LT_NODE_ID_MASK) | site;
	}
	uint32_t next = lt_node_next(lt_node_at(site));
	if (next != LTF_SITE_NONE) {
		const char *line = (const char *)lt_node_at(next);
		__builtin_prefetch(line);
		__builtin_prefetch(line - 64);
	}
	return next;
}

static unsigned one_by_one(struct lt_thread *t, uint32_t parent, const struct lt_frame *f,
	unsigned n, uint32_t flags, struct lt_memo_frame *out)
{
	for (unsigned i = n; i-- > 0; flags = 0) {
		struct lt_node node = node_from(&f[i], parent, flags, out[i].step);
		out[i].id = parent = node_of(t, &node);
		if (parent == LTF_SITE_NONE)
			return n - 1 - i;
	}
	return n;
}

/* In the first place; the others move on, and the last is forgotten. */
static void remember(_Atomic uint64_t *set, uint64_t path)
{
	for (int i = PATH_WAYS - 1; i > 0; i--)
		atomic_store_explicit(&set[i],
			atomic_load_explicit(&set[i - 1], memory_order_acquire),
			memory_order_release);
	atomic_store_explicit(set, path, memory_order_release);
}

static unsigned path_step(void)
{
	uint32_t nodes = atomic_load_explicit(&stacks.next_id, memory_order_relaxed);
	unsigned i = 0;
	while (i + 1 < PATH_STEPS && nodes >= path_slots[i])
		i++;
	return i;
}

unsigned lt_stacks_path(struct lt_thread *t, uint32_t parent, const struct lt_frame *f, unsigned n,
	uint32_t flags, struct lt_memo_frame *out)
{
	unsigned step = path_step();
	_Atomic uint64_t *paths =
		shared((void *_Atomic *)&stacks.paths[step], path_slots[step] * sizeof(uint64_t));
	if (!paths)
		return one_by_one(t, parent, f, n, flags, out);
	uint64_t h = path_hash(parent, f, n);
	_Atomic uint64_t *set = &paths[h & (path_slots[step] - PATH_WAYS)];
	for (int i = 0; i < PATH_WAYS; i++) {
		uint64_t s = atomic_load_explicit(&set[i], memory_order_acquire);
		if (s >> 32 == h >> 32 && s && is_path((uint32_t)s, parent, f, n, flags, out))
			return n;
	}
	unsigned got = one_by_one(t, parent, f, n, flags, out);
	if (got == n)
		remember(set, slot_word(h, out[0].id));
	return got;
}
