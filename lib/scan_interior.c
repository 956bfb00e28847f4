/* The interior pointers that compilers and libraries make as a matter of course. */
#include "lib/scan_in.h"

enum {
	WORD = 8,
	LOOK_AHEAD = 20, /* words in which a virtual table shows its first two functions */
	/* Of a C++ exception's block (Itanium ABI): where what the runtimes know it by begins, with
	 * the class of the exception, and the thrown object. libstdc++ has a count of users in
	 * front. */
	CAUGHT = 16,
	UNWIND = 96,
	UNWIND_DEPENDENT = 80, /* thrown anew from an exception_ptr */
	THROWN = 128
};

static bool is_table(const struct lt_scan *s, uintptr_t p)
{
	return p % WORD == 0 && lt_scan_within(s->tables, p, p + WORD);
}

/* Zeros aside, it begins with the addresses of two functions. */
static bool begins_with_functions(const struct lt_scan *s, uintptr_t table)
{
	unsigned found = 0;

	for (unsigned i = 0; i <= LOOK_AHEAD && lt_scan_within(s->tables, table, table + WORD);
		i++) {
		uintptr_t f = lt_scan_load(table);
		table += WORD;
		if (f == 0)
			continue;
		if (!lt_scan_within(s->code, f, f + 1))
			return false;
		if (++found == 2)
			return true;
	}
	return false;
}

/* In front of a virtual table stand the distance from its subobject to the whole object, and the
 * object's type: those of a whole and of a part of it that lies off bytes behind fit together. This
 * knows tables too that have only one function. */
static bool fit(const struct lt_scan *s, uintptr_t whole, uintptr_t part, uint64_t off)
{
	if (!lt_scan_within(s->tables, whole - 2 * WORD, whole) ||
		!lt_scan_within(s->tables, part - 2 * WORD, part))
		return false;
	return lt_scan_load(whole - 2 * WORD) == 0 && lt_scan_load(part - 2 * WORD) == -off &&
	       lt_scan_load(whole - WORD) == lt_scan_load(part - WORD);
}

static bool is_base(const struct lt_scan *s, const struct lt_scan_block *b, uint64_t off)
{
	uintptr_t p = b->addr + off;

	if (p % WORD || off + WORD > b->size || lt_scan_touches(s->skip, p, p + WORD))
		return false;
	uintptr_t part = lt_scan_load(p);
	if (!is_table(s, part))
		return false;
	uintptr_t whole = lt_scan_load(b->addr);
	if (!is_table(s, whole))
		return false;
	return fit(s, whole, part, off) ||
	       (begins_with_functions(s, part) && begins_with_functions(s, whole));
}

/* The characters of a string that shares them (libstdc++ before C++11): length, capacity and count
 * stand in front of them, and the block is as large as the capacity wants it. */
static bool is_string(const struct lt_scan_block *b)
{
	enum { HEAD = 3 * WORD };
	uint64_t capacity = lt_scan_load(b->addr + WORD);

	return capacity == b->size - HEAD - 1 && lt_scan_load(b->addr) <= capacity;
}

/* The class at `at`: maker and language in ASCII, and in the lowest byte what kind it is. */
static bool is_class(
	const struct lt_scan *s, const struct lt_scan_block *b, uint64_t at, unsigned dependent)
{
	static const uint64_t gnu = 0x474e5543432b2b00, clang = 0x434c4e47432b2b00;
	uintptr_t p = b->addr + at;
	if (at + 2 * WORD > b->size || lt_scan_touches(s->skip, p, p + WORD))
		return false;
	uint64_t class = lt_scan_load(p);
	return class == (gnu | dependent) || class == (clang | dependent);
}

static bool is_exception(const struct lt_scan *s, const struct lt_scan_block *b, uint64_t off)
{
	if (off == CAUGHT || off == UNWIND || off == THROWN)
		return is_class(s, b, UNWIND, 0);
	return off == UNWIND_DEPENDENT && is_class(s, b, UNWIND_DEPENDENT, 1);
}

enum lt_scan_by lt_scan_heuristic(
	const struct lt_scan *s, const struct lt_scan_block *b, uintptr_t p)
{
	uint64_t off = p - b->addr;
	enum lt_scan_by none = off == b->size ? LT_SCAN_BY_END : LT_SCAN_BY_INTERIOR;
	unsigned set = s->heuristics;

	if (b->size < WORD || off < WORD || lt_scan_touches(s->skip, b->addr, b->addr + 3 * WORD))
		return none;
	if (off == WORD) {
		uint64_t first = lt_scan_load(b->addr), rest = b->size - WORD;
		if (set & 1u << LT_SCAN_BY_LENGTH64 && rest > 0 && first == rest)
			return LT_SCAN_BY_LENGTH64;
		if (set & 1u << LT_SCAN_BY_NEWARRAY && (rest ? first && rest % first == 0 : !first))
			return LT_SCAN_BY_NEWARRAY;
	}
	if (set & 1u << LT_SCAN_BY_STDSTRING && off == 3 * WORD && b->size > off && is_string(b))
		return LT_SCAN_BY_STDSTRING;
	if (set & 1u << LT_SCAN_BY_BASE && is_base(s, b, off))
		return LT_SCAN_BY_BASE;
	if (set & 1u << LT_SCAN_BY_EXCEPTION && is_exception(s, b, off))
		return LT_SCAN_BY_EXCEPTION;
	return none;
}
