/* Reading .eh_frame: from an address to the row of its unwind table. Pure: no system calls, no
 * globals; every read lies in the given range, so a broken table gives a wrong row or none, never a
 * fault. */
#ifndef LT_CFI_H
#define LT_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DWARF register numbers. */
enum { LT_DW_RBX = 3, LT_DW_RBP = 6, LT_DW_RSP = 7, LT_DW_RIP = 16, LT_DW_REGS = 17 };

/* The registers that a row has a rule for. */
enum lt_slot {
	LT_SLOT_RBX,
	LT_SLOT_RBP,
	LT_SLOT_R12,
	LT_SLOT_R13,
	LT_SLOT_R14,
	LT_SLOT_R15,
	LT_SLOT_RSP, /* LT_KEEP means the CFA */
	LT_SLOT_RA,
	LT_SLOTS
};

enum lt_how {
	LT_KEEP,   /* has the value it has */
	LT_UNDEF,  /* lost; of the return address: this is the outermost frame */
	LT_AT_CFA, /* stored at CFA + off */
	LT_IS_CFA, /* its value is CFA + off */
	LT_IN_REG, /* its value is that of reg */
	LT_AT_REG, /* stored at reg + off */
	LT_HARD    /* by an expression (lt_row.expr), or beyond what off can hold */
};
enum { LT_EXPR_ADDRESS = 1, LT_EXPR_VALUE }; /* reg of LT_HARD: what the expression gives */

struct lt_rule {
	unsigned how : 3; /* enum lt_how */
	unsigned reg : 5; /* DWARF number */
	int off : 24;     /* bytes */
};

enum lt_cfa {
	LT_CFA_NONE,  /* never defined */
	LT_CFA_REG,   /* reg + off */
	LT_CFA_DEREF, /* the word at reg + off, plus add */
	LT_CFA_HARD
};

struct lt_row {
	struct lt_rule slot[LT_SLOTS];
	const uint8_t *expr[LT_SLOTS + 1]; /* of HARD rules, the CFA's last; NULL: none */
	uint8_t cfa;                       /* enum lt_cfa */
	uint8_t reg;
	int16_t add;
	int32_t off;
};

/* A table and the memory that may be read: all of [low, high) is mapped. */
struct lt_cfi {
	const void *eh_frame_hdr;
	uintptr_t low, high;
};

/* Where an address's row is described. */
struct lt_fde {
	const uint8_t *cie_ops, *cie_end, *ops, *end;
	uintptr_t start; /* first address covered */
	uint32_t code_align;
	int32_t data_align;
	uint8_t encoding; /* of addresses */
	bool signal;      /* a signal trampoline: the next frame was interrupted */
};

/* Finds the entry that covers pc; false when there is none. */
bool lt_cfi_find(const struct lt_cfi *t, uintptr_t pc, struct lt_fde *f);
/* Runs its program up to pc; false when it is broken or uses what is not known here. */
bool lt_cfi_row(const struct lt_fde *f, uintptr_t pc, struct lt_row *row);

/* An expression of the form constant, reg + off, or [reg + off] + add. */
struct lt_expr {
	int64_t off;
	int32_t add;
	bool deref;
	uint8_t reg; /* DWARF number; LT_DW_REGS: none, off is a constant */
};
/* What an expression may ask of a frame. */
struct lt_eval {
	bool (*reg)(void *arg, unsigned dwarf, uintptr_t *value);
	bool (*read)(void *arg, uintptr_t at, uintptr_t *value); /* at is a multiple of 8 */
	void *arg;
};
/* Evaluates the expression at expr (its length, then its bytes, all before end). cfa: what a
 * register's expression begins with, NULL for the CFA's own. */
bool lt_cfi_eval(const uint8_t *expr, const uint8_t *end, const struct lt_eval *env,
	const uintptr_t *cfa, uintptr_t *value);

/* Understands the expression [p, end) if it has such a form; in it rip stands for pc. */
bool lt_cfi_expr(const uint8_t *p, const uint8_t *end, uintptr_t pc, struct lt_expr *out);

#endif
