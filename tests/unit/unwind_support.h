/* What the tests of the unwinder share: a hook-like function that takes the same stack twice, by
 * lt_unwind and by libgcc, and checks that compare the two. */
#ifndef TESTS_UNWIND_SUPPORT_H
#define TESTS_UNWIND_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "format/ring.h"
#include "lib/modules.h"
#include "lib/unwind.h"
#include "lib/unwind_libunwind.h"

enum { SEEN_MAX = 200 };

struct seen {
	struct lt_frame frames[SEEN_MAX]; /* from the caller of take() on */
	unsigned n, max;                  /* max: set before; 0 means SEEN_MAX */
	enum lt_walk how;
	uintptr_t gcc[SEEN_MAX];
	bool gcc_exact[SEEN_MAX];
	unsigned gcc_n;
	unsigned stack_used; /* bytes below the hook's frame that lt_unwind touched */
};

extern __thread struct lt_stack_bounds bounds;
extern __thread struct seen seen; /* of the last take() */

/* As a hook would: takes the stack of its caller into seen. Gives zero. */
int take(void);
/* The same, without libgcc (where that would crash or fault). */
int take_ours(void);

/* seen.frames is what libgcc saw, to the root. */
void assert_same(void);
/* The same as an answer; prints both where they differ. */
bool is_same(void);
/* The number of modules that were announced, and of those gone. */
extern _Atomic unsigned announced, unloaded;

/* Runs fn by the fast steps, then with every frame stepped by libunwind where that is there. */
void both_ways(void (*fn)(void));

/* Keeps a call from being the function's last act. */
#define NOT_LAST() __asm__ volatile("" ::: "memory")

/* unwind_asm.S: each calls fn() from a frame of the kind that its name says. */
typedef int (*callee)(void);
int asm_rbx_cfa(callee fn);    /* CFA = rbx + 16 */
int asm_no_cfi(callee fn);     /* no unwind information, no frame pointer, rbp cleared */
int asm_no_cfi_bp(callee fn);  /* no unwind information, but a frame pointer */
int asm_saves_far(callee fn);  /* r12 saved 200 bytes below the CFA */
int asm_hard(callee fn);       /* CFA by an expression of two registers */
int asm_expr_regs(callee fn);  /* rbx by expressions, in both forms; two calls */
int asm_bp_lost(callee fn);    /* rbp holds garbage; CFA from rsp */
int asm_rip_in_reg(callee fn); /* raises a signal (ud2) while the return address is in rdx */
void asm_trap_flag(
	unsigned long on); /* 1: SIGTRAP after each instruction from here on; 0: no more */

#endif
