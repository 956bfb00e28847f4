/* One step of a walk. Internal to the unwinder. */
#ifndef LT_UNWIND_STEP_H
#define LT_UNWIND_STEP_H

#include "lib/cfi.h"
#include "lib/modules.h"
#include "lib/rules.h"
#include "lib/unwind_bounds.h"

/* Where a walk stands: a frame's registers, as far as they are known. */
struct lt_cursor {
	uintptr_t ip, sp;
	uintptr_t bx, bp, r12, r13, r14, r15; /* in the order of enum lt_slot */
	uintptr_t
		gregs; /* after a signal: where all registers lie, in the kernel's order; else 0 */
	struct lt_range range; /* readable, holds sp */
	struct lt_stack_bounds *bounds;
	uint8_t known; /* bit i: the register of slot i, for the six callee-saved ones */
	bool exact;    /* ip is not a return address: the frame was interrupted */
};
enum { LT_KNOWN_BP = 1 << LT_SLOT_RBP, LT_KNOWN_ALL = (1 << LT_SLOT_RSP) - 1 };

static inline uintptr_t *lt_cursor_saved(struct lt_cursor *c)
{
	return &c->bx;
}

enum lt_step {
	LT_STEP_OK,
	LT_STEP_ALL_KNOWN, /* go on in the form that keeps all registers */
	LT_STEP_END,       /* outermost */
	LT_STEP_LOST,      /* no information, or it leads nowhere */
	LT_STEP_BLIND,     /* a register is needed whose value is not known */
	LT_STEP_HARD       /* the tables say more than is understood here */
};

/* True when sp is a place where the cursor's caller can stand: above, or on another stack. An
 * interrupted frame may be empty: its return address is in a register. */
static inline bool lt_cursor_may_go(const struct lt_cursor *c, uintptr_t sp)
{
	return (sp & 7) == 0 &&
	       (sp > c->sp || (c->exact && sp == c->sp) || sp < c->range.low || sp > c->range.high);
}

/* Reads the word at "at" when it lies on readable stack. */
bool lt_cursor_read(struct lt_cursor *c, uintptr_t at, uintptr_t *value);

/* Steps over a frame with a plain rule (RSP, RBP, REALIGNED). */
enum lt_step lt_step_plain(struct lt_cursor *c, lt_rule_word r);

/* What follows needs up to 1 KiB of stack: it runs on one of ours (lt_slowly). */

/* The rule of an address, decoded from the tables and put into the cache. LT_KIND_NONE with module
 * 0 when no object is there. */
lt_rule_word lt_rule_decode(uintptr_t pc);

/* The table entry that covers pc, and the table it is in; false when there is none. */
bool lt_entry_of(uintptr_t pc, struct lt_cfi *t, struct lt_fde *f);

/* Where a register (by its DWARF number) lies in a sigcontext, in bytes. */
unsigned lt_greg_offset(unsigned dwarf);

/* Steps by the row of pc in the tables, by the signal frame whose registers lie at gregs, or by a
 * guess from the frame pointer. */
enum lt_step lt_step_full(struct lt_cursor *c, uintptr_t pc);
enum lt_step lt_step_signal(struct lt_cursor *c, uintptr_t gregs);
enum lt_step lt_step_guess(struct lt_cursor *c);

/* Without tables: true when the code at ip is a signal trampoline (it calls rt_sigreturn). */
bool lt_is_trampoline(uintptr_t ip);

#endif
