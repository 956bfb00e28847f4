/* Filling the rule cache.
 *
 * A writer takes an entry by setting its key to "being written" with one compare-and-swap, stores
 * the rule, then the new key with a version that has moved on: a reader whose key is the same
 * before and after it read the rule has read that key's rule. A writer that dies in between leaves
 * the entry unused.
 *
 * The table starts small and is replaced by a larger one when too many entries were pushed out; the
 * old one stays mapped, because someone may be reading it. A forked child goes on with its copy:
 * modules keep their numbers. */
#include "lib/rules.h"

#include "lib/sys.h"

_Atomic uintptr_t lt_rules_table;
static _Atomic uint32_t pushed_out;

/* Logarithms of the number of sets: 16 KiB, 128 KiB, 1 MiB. */
static const uint8_t steps[] = {8, 11, 14};

static uintptr_t table_new(unsigned log2_sets)
{
	size_t len = (sizeof(struct lt_rule_entry) * LT_RULE_WAYS) << log2_sets;
	void *p = lt_sys_map(len, false);

	if (p && log2_sets == steps[0]) /* soon written all over */
		lt_sys_populate(p, len);
	return p ? (uintptr_t)p | log2_sets : 0;
}

/* The table to write to: made when there is none, replaced when it has become too small. */
static uintptr_t table_to_fill(void)
{
	uintptr_t t = atomic_load_explicit(&lt_rules_table, memory_order_acquire);
	unsigned have = t & 63, want = have;

	if (t && atomic_load_explicit(&pushed_out, memory_order_relaxed) < 1u << have)
		return t;
	for (unsigned i = 0; i < sizeof(steps) && want == have; i++)
		if (steps[i] > have)
			want = steps[i];
	if (want == have)
		return t;
	atomic_store_explicit(&pushed_out, 0, memory_order_relaxed);
	uintptr_t fresh = table_new(want);
	if (!fresh)
		return t;
	if (atomic_compare_exchange_strong(&lt_rules_table, &t, fresh))
		return fresh;
	lt_sys_unmap((void *)(fresh & ~(uintptr_t)63), (sizeof(struct lt_rule_entry) * LT_RULE_WAYS)
							       << want);
	return t;
}

void lt_rules_put(uintptr_t pc, lt_rule_word rule)
{
	uintptr_t t = table_to_fill();

	if (!t || !pc || pc >> (64 - LT_RULE_VERSION_BITS))
		return;
	struct lt_rule_entry *set = lt_rules_set(t, pc), *e = NULL;
	for (unsigned i = 0; i < LT_RULE_WAYS; i++) {
		uint64_t key = atomic_load_explicit(&set[i].key, memory_order_relaxed);
		if (key >> LT_RULE_VERSION_BITS == pc) {
			e = &set[i]; /* its rule was of another module */
			break;
		}
		if (!e && !key)
			e = &set[i];
	}
	if (!e) {
		uint32_t n = atomic_fetch_add_explicit(&pushed_out, 1, memory_order_relaxed);
		e = &set[n % LT_RULE_WAYS];
	}
	const uint64_t mask = (1u << LT_RULE_VERSION_BITS) - 1;
	uint64_t old = atomic_load_explicit(&e->key, memory_order_relaxed);
	uint64_t busy = (old + 1) & mask;
	if (!(old >> LT_RULE_VERSION_BITS) && old)
		return; /* another is writing it */
	if (!atomic_compare_exchange_strong(&e->key, &old, busy | !busy))
		return;
	atomic_store_explicit(&e->rule, rule, memory_order_release);
	atomic_store_explicit(
		&e->key, pc << LT_RULE_VERSION_BITS | ((old + 2) & mask), memory_order_release);
}
