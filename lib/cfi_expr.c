/* DWARF expressions, evaluated symbolically: the few forms that compilers and linkers put in unwind
 * tables come out as constant, reg + off or [reg + off] + add; the rest is refused. */
#include "lib/cfi.h"

#include "lib/cfi_in.h"

enum { DEPTH = 4 };

static bool is_const(const struct lt_expr *e)
{
	return !e->deref && e->reg == LT_DW_REGS;
}

static void add_const(struct lt_expr *e, int64_t n)
{
	if (e->deref)
		e->add = (int32_t)((uint32_t)e->add + (uint32_t)n);
	else
		e->off = (int64_t)((uint64_t)e->off + (uint64_t)n);
}

/* The two topmost values, a below b, become one. */
static bool combine(uint8_t op, struct lt_expr *a, const struct lt_expr *b)
{
	if (op == 0x22 && is_const(b)) { /* plus */
		add_const(a, b->off);
		return true;
	}
	if (op == 0x22 && is_const(a)) {
		int64_t n = a->off;
		*a = *b;
		add_const(a, n);
		return true;
	}
	if (op == 0x1c && is_const(b)) { /* minus */
		add_const(a, (int64_t)(0 - (uint64_t)b->off));
		return true;
	}
	if (!is_const(a) || !is_const(b))
		return false;
	switch (op) {
	case 0x1a: /* and */
		a->off &= b->off;
		return true;
	case 0x21: /* or */
		a->off |= b->off;
		return true;
	case 0x24: /* shl */
		a->off = b->off < 0 || b->off > 63 ? 0 : (int64_t)((uint64_t)a->off << b->off);
		return true;
	case 0x2a: /* ge, gt, le, lt */
		a->off = a->off >= b->off;
		return true;
	case 0x2b:
		a->off = a->off > b->off;
		return true;
	case 0x2c:
		a->off = a->off <= b->off;
		return true;
	case 0x2d:
		a->off = a->off < b->off;
		return true;
	default:
		return false;
	}
}

/* A constant of n bytes. */
static int64_t fixed(struct in *s, unsigned n, bool is_signed)
{
	uint64_t v = in_fixed(s, n);

	if (is_signed && n < 8 && (v >> (8 * n - 1) & 1))
		v |= ~(uint64_t)0 << (8 * n);
	return (int64_t)v;
}

/* What op pushes; false when it pushes nothing. */
static bool push(uint8_t op, struct in *s, uintptr_t pc, struct lt_expr *e)
{
	*e = (struct lt_expr){.reg = LT_DW_REGS};
	if (op >= 0x30 && op <= 0x4f) { /* lit0 .. lit31 */
		e->off = op - 0x30;
	} else if (op >= 0x70 && op < 0x70 + LT_DW_RIP) { /* breg0 .. breg15 */
		e->off = in_sleb(s);
		e->reg = op - 0x70;
	} else if (op == 0x70 + LT_DW_RIP) {
		e->off = (int64_t)((uint64_t)in_sleb(s) + pc);
	} else if (op >= 0x08 && op <= 0x0f) { /* const1u, 1s, 2u, 2s, 4u, 4s, 8u, 8s */
		e->off = fixed(s, 1u << ((op - 0x08) / 2), op & 1);
	} else if (op == 0x10) { /* constu, consts */
		e->off = (int64_t)in_uleb(s);
	} else if (op == 0x11) {
		e->off = in_sleb(s);
	} else {
		return false;
	}
	return true;
}

bool lt_cfi_expr(const uint8_t *p, const uint8_t *end, uintptr_t pc, struct lt_expr *out)
{
	struct in s = {p, end, false};
	struct lt_expr stack[DEPTH];
	unsigned n = 0;

	while (s.p < s.end && !s.bad) {
		uint8_t op = (uint8_t)in_fixed(&s, 1);
		if (op == 0x06) { /* deref */
			if (n < 1 || stack[n - 1].deref || stack[n - 1].reg == LT_DW_REGS)
				return false;
			stack[n - 1].deref = true;
			stack[n - 1].add = 0;
		} else if (op == 0x23) { /* plus_uconst */
			if (n < 1)
				return false;
			add_const(&stack[n - 1], (int64_t)in_uleb(&s));
		} else if (op >= 0x1a && op <= 0x2d) {
			if (n < 2 || !combine(op, &stack[n - 2], &stack[n - 1]))
				return false;
			n--;
		} else if (n == DEPTH || !push(op, &s, pc, &stack[n++])) {
			return false;
		}
	}
	if (s.bad || n != 1)
		return false;
	*out = stack[0];
	return true;
}
