/* The cache from a code address to the way its frame is left.
 *
 * A rule is one word. Entries are published so that a reader never sees half of one; readers and
 * writers take no lock and may be interrupted anywhere. What does not fit is simply decoded again.
 */
#ifndef LT_RULES_H
#define LT_RULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lt_kind {
	LT_KIND_NONE,      /* no rule: not in the cache, or no unwind information */
	LT_KIND_RSP,       /* CFA = rsp + off, return address at CFA - 8 */
	LT_KIND_RBP,       /* CFA = rbp + off, return address at CFA - 8 */
	LT_KIND_SIGNAL,    /* a signal trampoline: the interrupted registers lie at rsp + off */
	LT_KIND_END,       /* outermost */
	LT_KIND_FULL,      /* take the row from the tables */
	LT_KIND_BUSY,      /* never cached: could not be found out now */
	LT_KIND_REALIGNED, /* rbp's frame, realigned: CFA = [rbp - off], rbp at [rbp] */
};

/* A rule's word, from the low bits: kind 3, module 16, rbp 5, rbx r12 r13 r14 r15 4 each, off 16.
 * A register's field n says that it is kept at CFA - 8 * n; 0: it is as it was. off counts words.
 */
typedef uint64_t lt_rule_word;
enum { LT_RULE_BP_MAX = 31, LT_RULE_SAVED_MAX = 15, LT_RULE_OFF_MAX = 0xffff };

static inline enum lt_kind lt_rule_kind(lt_rule_word r)
{
	return r & 7;
}
static inline uint32_t lt_rule_module(lt_rule_word r)
{
	return (r >> 3) & 0xffff;
}
static inline unsigned lt_rule_bp(lt_rule_word r)
{
	return (r >> 19) & 31;
}
/* i: 0 rbx, 1..4 r12..r15 */
static inline unsigned lt_rule_saved(lt_rule_word r, unsigned i)
{
	return (r >> (24 + 4 * i)) & 15;
}
static inline bool lt_rule_saves_others(lt_rule_word r)
{
	return (r >> 24) & 0xfffff;
}
static inline uintptr_t lt_rule_off(lt_rule_word r)
{
	return (r >> 44 & 0xffff) * 8;
}
static inline lt_rule_word lt_rule_make(enum lt_kind kind, uint32_t module, uint64_t off_words)
{
	return (lt_rule_word)kind | (lt_rule_word)module << 3 | off_words << 44;
}

/* A table is an array of sets of four entries, aligned to its size's page; "lt_rules_table" holds
 * its address with the logarithm of the number of sets in the low bits. */
struct lt_rule_entry {
	_Atomic uint64_t key; /* pc << 17 | version; pc 0: being written, or free */
	_Atomic uint64_t rule;
};
enum { LT_RULE_WAYS = 4, LT_RULE_VERSION_BITS = 17 };
extern _Atomic uintptr_t lt_rules_table;

static inline struct lt_rule_entry *lt_rules_set(uintptr_t table, uintptr_t pc)
{
	unsigned log2_sets = table & 63;

	return (struct lt_rule_entry *)(table & ~(uintptr_t)63) +
	       LT_RULE_WAYS * ((pc * 0x9e3779b97f4a7c15ULL) >> (64 - log2_sets));
}

/* The rule of pc (an address inside the instruction that is executing: a return address less one),
 * or 0. Its module must be checked. */
static inline lt_rule_word lt_rules_find(uintptr_t pc)
{
	uintptr_t table = atomic_load_explicit(&lt_rules_table, memory_order_acquire);

	if (!table)
		return 0;
	struct lt_rule_entry *e = lt_rules_set(table, pc);
	for (unsigned i = 0; i < LT_RULE_WAYS; i++, e++) {
		uint64_t key = atomic_load_explicit(&e->key, memory_order_acquire);
		if (key >> LT_RULE_VERSION_BITS != pc)
			continue;
		lt_rule_word r = atomic_load_explicit(&e->rule, memory_order_acquire);
		if (atomic_load_explicit(&e->key, memory_order_relaxed) == key)
			return r;
	}
	return 0;
}

/* Remembers pc's rule, in place of another where the set is full. May forget instead. */
void lt_rules_put(uintptr_t pc, lt_rule_word rule);

#endif
