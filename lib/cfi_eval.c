/* DWARF expressions, evaluated in a frame: for the rows whose expression has none of the forms that
 * cfi_expr.c knows. All that the registers and memory of a frame can decide is here; what is about
 * types, threads or other processes has no place in unwind tables. */
#include "lib/cfi.h"

#include "lib/cfi_in.h"

enum { DEPTH = 16, STEPS_MAX = 1000 };

struct machine {
	struct in s;
	const uint8_t *start;
	const struct lt_eval *env;
	uint64_t stack[DEPTH];
	unsigned n;
	bool bad;
};

static void push(struct machine *m, uint64_t v)
{
	if (m->n == DEPTH)
		m->bad = true;
	else
		m->stack[m->n++] = v;
}

static uint64_t pop(struct machine *m)
{
	if (m->n == 0) {
		m->bad = true;
		return 0;
	}
	return m->stack[--m->n];
}

static void pick(struct machine *m, unsigned below)
{
	if (below >= m->n)
		m->bad = true;
	else
		push(m, m->stack[m->n - 1 - below]);
}

static void push_register(struct machine *m, uint64_t reg)
{
	uintptr_t v = 0;
	int64_t off = in_sleb(&m->s);
	if (reg >= LT_DW_REGS || !m->env->reg(m->env->arg, (unsigned)reg, &v))
		m->bad = true;
	push(m, v + (uint64_t)off);
}

/* Within one aligned word: what is saved is. */
static void deref(struct machine *m, unsigned size)
{
	uintptr_t at = pop(m), v = 0;
	unsigned skip = at & 7;
	if (size == 0 || skip + size > 8 || m->bad || !m->env->read(m->env->arg, at - skip, &v))
		m->bad = true;
	v >>= 8 * skip;
	push(m, size < 8 ? v & (((uint64_t)1 << (8 * size % 64)) - 1) : v);
}

static uint64_t constant(struct in *s, unsigned n, bool is_signed)
{
	uint64_t v = in_fixed(s, n);
	if (is_signed && n < 8 && (v >> (8 * n - 1) & 1))
		v |= ~(uint64_t)0 << (8 * n);
	return v;
}

/* True when op takes two values and gives one. */
static bool arithmetic(struct machine *m, uint8_t op)
{
	if (op < 0x1a || op > 0x2e || op == 0x1f || op == 0x20 || op == 0x23 || op == 0x28)
		return false;
	uint64_t b = pop(m), a = pop(m), v = 0;
	int64_t sa = (int64_t)a, sb = (int64_t)b;
	switch (op) {
	case 0x1a:
		v = a & b;
		break;
	case 0x1b: /* div, signed */
		m->bad |= b == 0 || (sa == INT64_MIN && sb == -1);
		v = m->bad ? 0 : (uint64_t)(sa / sb);
		break;
	case 0x1c:
		v = a - b;
		break;
	case 0x1d: /* mod, unsigned */
		m->bad |= b == 0;
		v = m->bad ? 0 : a % b;
		break;
	case 0x1e:
		v = a * b;
		break;
	case 0x21:
		v = a | b;
		break;
	case 0x22:
		v = a + b;
		break;
	case 0x24:
		v = b > 63 ? 0 : a << b;
		break;
	case 0x25:
		v = b > 63 ? 0 : a >> b;
		break;
	case 0x26:
		v = (uint64_t)(sa >> (b > 63 ? 63 : b));
		break;
	case 0x27:
		v = a ^ b;
		break;
	case 0x29:
		v = a == b;
		break;
	case 0x2a:
		v = sa >= sb;
		break;
	case 0x2b:
		v = sa > sb;
		break;
	case 0x2c:
		v = sa <= sb;
		break;
	case 0x2d:
		v = sa < sb;
		break;
	default:
		v = a != b; /* 0x2e */
	}
	push(m, v);
	return true;
}

static void jump(struct machine *m, bool taken)
{
	int64_t by = (int16_t)in_fixed(&m->s, 2);
	if (!taken)
		return;
	if (by < m->start - m->s.p || by > m->s.end - m->s.p)
		m->bad = true;
	else
		m->s.p += by;
}

/* swap and rot: the topmost value goes below the n that follow it. */
static void sink(struct machine *m, unsigned n)
{
	uint64_t *top = m->stack + m->n - 1;
	if (m->n <= n) {
		m->bad = true;
		return;
	}
	uint64_t v = *top;
	for (; n; n--, top--)
		*top = top[-1];
	*top = v;
}

static void step(struct machine *m)
{
	struct in *s = &m->s;
	uint8_t op = (uint8_t)in_fixed(s, 1);
	uint64_t v;
	if (op >= 0x30 && op <= 0x4f) /* lit0 .. lit31 */
		push(m, op - 0x30u);
	else if (op >= 0x70 && op <= 0x8f) /* breg0 .. breg31 */
		push_register(m, op - 0x70u);
	else if (op >= 0x08 && op <= 0x0f) /* const1u, 1s, 2u, 2s, 4u, 4s, 8u, 8s */
		push(m, constant(s, 1u << ((op - 0x08) / 2), op & 1));
	else if (!arithmetic(m, op))
		switch (op) {
		case 0x03:
			push(m, in_fixed(s, 8));
			break; /* addr */
		case 0x06:
			deref(m, 8);
			break;
		case 0x10:
			push(m, in_uleb(s));
			break;
		case 0x11:
			push(m, (uint64_t)in_sleb(s));
			break;
		case 0x12:
			pick(m, 0);
			break; /* dup */
		case 0x13:
			pop(m);
			break;
		case 0x14:
			pick(m, 1);
			break; /* over */
		case 0x15:
			pick(m, (unsigned)in_fixed(s, 1));
			break;
		case 0x16:
			sink(m, 1);
			break; /* swap */
		case 0x17:
			sink(m, 2);
			break; /* rot */
		case 0x19:     /* abs */
			v = pop(m);
			push(m, (int64_t)v < 0 ? 0 - v : v);
			break;
		case 0x1f:
			push(m, 0 - pop(m));
			break;
		case 0x20:
			push(m, ~pop(m));
			break;
		case 0x23:
			push(m, pop(m) + in_uleb(s));
			break; /* plus_uconst */
		case 0x28:
			jump(m, pop(m) != 0);
			break; /* bra */
		case 0x2f:
			jump(m, true);
			break; /* skip */
		case 0x92:
			push_register(m, in_uleb(s));
			break; /* bregx */
		case 0x94:
			deref(m, (unsigned)in_fixed(s, 1));
			break;
		case 0x96:
			break; /* nop */
		default:
			m->bad = true;
		}
	m->bad |= s->bad;
}

bool lt_cfi_eval(const uint8_t *expr, const uint8_t *end, const struct lt_eval *env,
	const uintptr_t *cfa, uintptr_t *value)
{
	struct machine m = {.s = {expr, end, false}, .env = env};
	uint64_t len = in_uleb(&m.s);
	if (m.s.bad || len > (size_t)(end - m.s.p))
		return false;
	m.start = m.s.p;
	m.s.end = m.start + len;
	if (cfa)
		push(&m, *cfa);
	for (unsigned i = 0; m.s.p < m.s.end && !m.bad; i++) {
		if (i == STEPS_MAX)
			return false;
		step(&m);
	}
	*value = pop(&m);
	return !m.bad;
}
