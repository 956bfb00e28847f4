/* Judges the live blocks: which of them the program can still reach, and what holds them.
 *
 * Pure: no system calls, no malloc, no globals, no recursion but in sorting (8 deep); less than 20
 * KiB of stack. It reads the memory of the blocks and roots in place, so it runs where these lie
 * and stand still, which is a forked copy of the program. All arrays and the work space are the
 * caller's.
 *
 * A word that holds a block's address points to it. One that holds an address inside of it, or one
 * past its end if no other block begins there, is an interior pointer. That counts like a pointer
 * to the start where one of the heuristics knows it (those of memcheck's --leak-check-heuristics,
 * and C++ exceptions). A block is REACHABLE if a chain of pointers leads from a root to it;
 * POSSIBLE if all such chains have an interior pointer in them; else lost. Of lost blocks, INDIRECT
 * are those that another lost block leads to, DEFINITE the others. If lost blocks lead to each
 * other in a cycle and nothing else leads to it, then its first allocated block is DEFINITE and the
 * others are INDIRECT. */
#ifndef LT_SCAN_H
#define LT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lt_scan_verdict {
	LT_SCAN_LOST, /* not judged yet: what the caller gives */
	LT_SCAN_REACHABLE,
	LT_SCAN_POSSIBLE,
	LT_SCAN_INDIRECT,
	LT_SCAN_DEFINITE,
	LT_SCAN_VERDICTS
};

/* How the word at `via` points to the block. */
enum lt_scan_by {
	LT_SCAN_BY_START,
	LT_SCAN_BY_INTERIOR,
	LT_SCAN_BY_END, /* one past the end */
	/* Interior pointers that count like the start: */
	LT_SCAN_BY_LENGTH64,  /* behind the block's size, less these 8 bytes */
	LT_SCAN_BY_STDSTRING, /* a std::string's characters, behind length, capacity and count */
	LT_SCAN_BY_NEWARRAY,  /* behind an array cookie */
	LT_SCAN_BY_BASE,      /* a base class with virtual functions that is not the first */
	LT_SCAN_BY_EXCEPTION, /* a C++ exception under way, behind what the runtime keeps of it */
	LT_SCAN_BYS
};
/* A set of heuristics has 1 << LT_SCAN_BY_... for each. */
#define LT_SCAN_HEURISTICS                                                                         \
	(1u << LT_SCAN_BY_LENGTH64 | 1u << LT_SCAN_BY_STDSTRING | 1u << LT_SCAN_BY_NEWARRAY |      \
		1u << LT_SCAN_BY_BASE | 1u << LT_SCAN_BY_EXCEPTION)

/* Reads names, separated by commas: all, none, length64, stdstring, newarray, multipleinheritance,
 * exception. False: one is unknown; the set stays as it is. */
bool lt_scan_heuristics_read(const char *list, unsigned *set);

enum lt_scan_flag {
	LT_SCAN_HELD = 1, /* given: reachable without any pointer (ignored, a realloc in flight) */
	LT_SCAN_ROOTED = 2,    /* found: via lies in a root or is a word */
	LT_SCAN_CYCLE = 4,     /* found: DEFINITE, and other blocks that it owns lead back to it */
	LT_SCAN_PRIVATE = 24,  /* of the scan's own use */
	LT_SCAN_INHERITED = 32 /* given: judged like the others, but not this process's finding: its
				* parent's, or known only from before events were missed */
};

/* A live block. The caller gives addr, size, site, birth and LT_SCAN_HELD, and the rest as zero.
 * Blocks do not overlap. */
struct lt_scan_block {
	uint64_t addr;
	uint64_t size : 48;   /* as asked for, may be 0 */
	uint64_t verdict : 4; /* enum lt_scan_verdict */
	uint64_t by : 4;      /* enum lt_scan_by */
	uint64_t flags : 8;   /* enum lt_scan_flag */
	uint64_t via;   /* the address of the word by which it was found, of a POSSIBLE block's the
			 * one that leads lowest; 0: DEFINITE or HELD */
	uint32_t site;  /* the caller's alone */
	uint32_t birth; /* the order of allocation */
};

enum lt_scan_kind {
	LT_SCAN_DATA, /* of a loaded object */
	LT_SCAN_STACK,
	LT_SCAN_TLS,
	LT_SCAN_REGISTERS,
	LT_SCAN_MAPPING,  /* the program's own */
	LT_SCAN_KERNEL,   /* held by the kernel: epoll, timers */
	LT_SCAN_DECLARED, /* by leaktrace_root */
	LT_SCAN_OTHER,
	LT_SCAN_IGNORED /* addresses of blocks, by leaktrace_ignore */
};

/* Memory where chains begin. kind and id are the caller's alone. */
struct lt_scan_root {
	uintptr_t start, end;
	uint32_t kind; /* enum lt_scan_kind */
	uint32_t id;
};

/* A word where chains begin that lies nowhere in memory. */
struct lt_scan_word {
	uintptr_t value;
	uint32_t kind;
	uint32_t id;
	uint32_t number; /* of a register (DWARF), or whatever the kernel has it under */
};

struct lt_scan_range {
	uintptr_t start, end;
};

/* Ranges in order of their addresses, apart from each other. */
struct lt_scan_ranges {
	const struct lt_scan_range *range;
	uint32_t n;
};

/* A range of which it is asked whether anything points into it, or to its end where no other
 * begins: a word of a root, a block that is REACHABLE or POSSIBLE, or a word that lies nowhere.
 * What points there from within another target counts if that one is held. Targets of one group are
 * held together, and do not hold themselves. They are roots or not, as the caller has it. */
struct lt_scan_target {
	uintptr_t start, end;
	uint32_t group; /* the index of the first target of the same group */
	bool held;      /* given: it is held in any case; found: something points to the group */
	bool open_end;  /* its end counts as a part of it: nothing else begins there */
};
enum { LT_SCAN_TARGETS_MAX = 4096 };

/* What the scan could not know; a set. */
enum lt_scan_coverage {
	LT_SCAN_BLOCKS_UNKNOWN =
		1, /* there may be blocks besides, so all memory that may be theirs is
		    * roots: what only they hold, or held, is not found to be lost */
	LT_SCAN_EVENTS_MISSED = 2 /* blocks known from before count as inherited */
};

struct lt_scan {
	/* Given. Roots and words that come first are preferred as holders. */
	struct lt_scan_block *blocks; /* in any order; the scan sorts them by address */
	uint32_t n_blocks;            /* less than 1 << 31 */
	uint32_t n_roots;
	/* So many of the first roots stand in order of their addresses, apart from each other. */
	uint32_t n_ordered;
	uint32_t n_later; /* so many of the last roots are searched after the others */
	const struct lt_scan_root *roots; /* all of it can be read */
	const struct lt_scan_word *words;
	uint32_t n_words;
	unsigned heuristics;        /* a set; LT_SCAN_HEURISTICS: all */
	unsigned step;              /* pointers lie at multiples of it: 8 (or 0), 4, 2, 1 */
	struct lt_scan_ranges skip; /* in blocks: not to be read (no access, a stack's dead part) */
	struct lt_scan_ranges tables; /* where virtual tables may be: mapped from files, readable */
	struct lt_scan_ranges code;   /* executable */
	void *work;                   /* lt_scan_work(n_blocks) bytes, aligned to 64 */
	unsigned coverage;            /* of enum lt_scan_coverage; the caller's alone */
	/* In order of their addresses, apart from each other; at most LT_SCAN_TARGETS_MAX. */
	struct lt_scan_target *targets;
	uint32_t n_targets;

	/* Found. */
	uint64_t count[LT_SCAN_VERDICTS], bytes[LT_SCAN_VERDICTS];
	uint64_t words_read;
	uint64_t pointers; /* of these, addresses between the lowest and the highest block */
};

/* Where inherited blocks overlap others they are not live any more: takes them out. */
void lt_scan_part(struct lt_scan *s);

/* How much work space is needed: some 22 bytes per block. It need not be zeroed. Where it and the
 * blocks stand in huge pages the scan is faster. */
size_t lt_scan_work(uint32_t n_blocks);

/* Judges all blocks. They stay sorted; what follows can then be asked while the work space stays.
 */
void lt_scan_run(struct lt_scan *s);

/* The index of the block that addr lies in (or of which it is one past the end, as above);
 * LT_SCAN_NO_BLOCK: none. */
#define LT_SCAN_NO_BLOCK UINT32_MAX
uint32_t lt_scan_find(const struct lt_scan *s, uintptr_t addr);

/* The DEFINITE block that a lost block belongs to: the nearest one that leads to it, or itself. */
uint32_t lt_scan_leader(const struct lt_scan *s, uint32_t block);

/* Where the word lies by which a block was found: the last step of a shortest chain from a root (or
 * from its leader, if it is lost; of a POSSIBLE block, of the chain that leads lowest into it). */
struct lt_scan_holder {
	enum { LT_SCAN_IN_NOTHING, LT_SCAN_IN_ROOT, LT_SCAN_IN_WORD, LT_SCAN_IN_BLOCK } in;
	uint32_t index;  /* of a root, a word or a block */
	uint64_t offset; /* in bytes from the root's or the block's start */
};
struct lt_scan_holder lt_scan_holder(const struct lt_scan *s, uint32_t block);

#endif
