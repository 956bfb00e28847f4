/* Judges the memory of the process that it runs in, where nothing else does: in the copy that
 * snapshot.c has made. Finds the roots, then scans (scan.h). The memory for it is mapped before the
 * copy is made, and filled with the live blocks. */
#ifndef LT_JUDGE_H
#define LT_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/scan.h"
#include "lib/waiting.h"

struct lt_caller; /* snapshot.h */

/* A thread of the process, as it was at the moment. */
enum lt_moment_flag {
	LT_MOMENT_SP_KNOWN = 1,   /* its stack is alive from sp on: the red zone is in it already */
	LT_MOMENT_REGS_KNOWN = 2, /* reg holds all that may point to something */
	LT_MOMENT_TP_KNOWN = 4,
	LT_MOMENT_HELPER = 16,    /* the C library's own: nothing of the program's in registers */
	LT_MOMENT_IS_SCANNING = 8 /* the calling thread, where dead_low does not say where it is */
};
enum { LT_MOMENT_REGS = 16 };
struct lt_moment_thread {
	int tid;
	uint32_t flags;      /* enum lt_moment_flag */
	uintptr_t sp, tp;    /* tp: what %fs:0 holds */
	uintptr_t pc, pc_sp; /* where it stands, and the stack pointer; pc 0: not known */
	uint64_t reg[LT_MOMENT_REGS];
	/* The system call that it is in, less than 0: none, or not known; what that waits for. */
	int call;
	enum lt_waiting waiting;
	uint64_t call_arg; /* its first argument */
};

/* What is known of the moment, beside the memory. */
struct lt_moment {
	/* All threads; the one that makes the moment may be left out. */
	const struct lt_moment_thread *thread;
	uint32_t n_threads;
	/* The thread that makes the moment: where its hook was called. own_pc 0: not known. */
	int own_tid;
	uintptr_t own_pc, own_sp, own_bp;
	/* The part of a stack that is dead: [dead_low, dead_high) and what lies below in the same
	 * mapping. */
	uintptr_t dead_low, dead_high;
	uint64_t root_bytes_most;       /* more of them: no scan; 0: any */
	const struct lt_caller *caller; /* of exit, whose registers are alive; or NULL */
	unsigned coverage;              /* of enum lt_scan_coverage */
	long process;                   /* that this is a copy of; 0: it is the process itself */
};

/* At the start: reads the settings, which may be overwritten later; says so if one is wrong. */
void lt_judge_settings(void);

/* Maps the memory for so many blocks; false: there is none. */
bool lt_judge_begin(uint64_t blocks);
void lt_judge_end(void);
/* The live blocks, at most as many as said; of others nothing is known. flags: of enum
 * lt_scan_flag. */
void lt_judge_add(uint64_t addr, uint64_t size, uint32_t site, uint32_t birth, unsigned flags);

/* In the process, all of it standing still: what only the kernel tells of it. Not needed where
 * there is one thread and no timer. */
void lt_judge_gather(void);
/* After that: the tasks of the process; its timers, and whether the kernel has told of them. */
struct lt_judge_told {
	uint32_t tasks, n_timers;
	bool timers_known;
	const struct lt_timer *timers;
};
struct lt_judge_told lt_judge_told(void);

/* In the copy: calls fn for each thread of the C library's (nptl.h). False: they are not known. */
struct lt_nptl_thread;
bool lt_judge_each_thread(void (*fn)(void *arg, const struct lt_nptl_thread *thread), void *arg);
/* The first thread's stack, as far as it is mapped. */
struct lt_scan_range lt_judge_main_stack(void);

/* In the copy: the scan, done; NULL: the roots could not be found. */
const struct lt_scan *lt_judge(const struct lt_moment *moment);
/* After it: how many whole pages of a block were never touched. The blocks are asked for one after
 * the other. */
uint32_t lt_judge_untouched(uint32_t block);

#endif
