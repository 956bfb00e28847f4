/* Between the parts of the judge: the memory that it works in, and the search for roots. Private to
 * judge*.c. */
#ifndef LT_JUDGE_IN_H
#define LT_JUDGE_IN_H

#include "lib/judge.h"
#include "lib/roots.h"

enum {
	LT_JUDGE_TEXT = 4 << 20, /* of maps, at most */
	LT_JUDGE_EARLY = 4096,   /* sites */
	LT_JUDGE_MAPPINGS = 65536,
	LT_JUDGE_ROOTS = 2 * LT_JUDGE_MAPPINGS,
	LT_JUDGE_WORDS = 1 << 20,
	LT_JUDGE_UNTOUCHED = 1 << 18,
	LT_JUDGE_TIMERS = 1 << 17,
	LT_JUDGE_MARKS = 1 << 14
};

/* Memory of which it is known what it is. */
struct lt_judge_mark {
	uintptr_t start, end;
	uint32_t kind;     /* enum ltf_mapping */
	uint32_t target;   /* OWN: index of it */
	uint32_t group;    /* OWN: as in mapped.h */
	uint64_t resident; /* OWN: pages that are there */
	bool resident_unknown;
};

/* All of it lies in one mapping, of which most is never touched. */
struct lt_judge {
	struct lt_scan scan;
	uint64_t allocators[LT_JUDGE_EARLY /
			    64]; /* a bit for each of the first sites: allocator's */
	uint32_t room;           /* blocks */
	bool any_inherited;
	char *memory; /* what follows lies there */
	size_t memory_len;
	char *text;
	struct lt_mapping *mappings;
	uint32_t mapping_count;
	struct lt_roots roots;
	/* MAPPINGS each. Theirs: what an allocator has mapped. */
	struct lt_scan_word *words;
	/* Blocks with pages that were never touched, in order. */
	struct lt_untouched {
		uint32_t block, pages;
	} * untouched;
	uint32_t n_untouched, next_untouched;
	uint32_t tasks, n_timers;
	bool timers_known;
	struct lt_timer *timers;
	struct lt_scan_range *skip, *tables, *code, *theirs;
	struct lt_judge_mark *marks;
	uint32_t n_marks;
};
extern struct lt_judge lt_cut;

/* In the copy, with the roots and what cannot be read found: takes what is dead of threads out of
 * the roots, and names the rest; adds their words. */
void lt_judge_threads(const struct lt_moment *moment);

/* In the copy, with the roots found: leaves out what was never touched. */
void lt_judge_pages(void);
/* Before the scan and after it: counts the pages of each block that were not. */
void lt_judge_count_untouched(bool after);
/* What is not to be read in blocks. */
void lt_judge_skip(uintptr_t start, uintptr_t end);
/* Instead of lt_roots_add, where there may be unknown blocks: all that is no block. */
void lt_judge_gaps(void);

/* Notes what memory is. */
void lt_judge_mark(uintptr_t start, uintptr_t end, uint32_t kind);
/* With all marks made: puts them in order, and makes targets of the program's own mappings. */
void lt_judge_targets(const struct lt_moment *moment);

/* In the copy: finds the roots, and what cannot be read. */
bool lt_judge_roots(const struct lt_moment *moment);

#endif
