/* From .eh_frame_hdr and an address to the rules of its row.
 *
 * The header's sorted table is searched where it has the usual form (pairs of 32-bit offsets from
 * the header); else the entries of .eh_frame are walked one by one. A row keeps only what a walk
 * needs: the CFA, the callee-saved registers and the return address. */
#include "lib/cfi.h"

#include <string.h>
#include "lib/cfi_in.h"

enum { REMEMBER_MAX = 2 }; /* compilers never nest it */

/* DW_EH_PE */
enum {
	PE_OMIT = 0xff,
	PE_ULEB = 1,
	PE_U2 = 2,
	PE_U4 = 3,
	PE_U8 = 4,
	PE_SLEB = 9,
	PE_S2 = 10,
	PE_S4 = 11,
	PE_S8 = 12,
	PE_PCREL = 0x10,
	PE_DATAREL = 0x30,
	PE_INDIRECT = 0x80
};

/* An encoded pointer. base: what "data relative" means. */
static uintptr_t in_pointer(struct in *s, uint8_t enc, uintptr_t base)
{
	uintptr_t at = (uintptr_t)s->p, v;

	switch (enc & 0x0f) {
	case 0:
	case PE_U8:
	case PE_S8:
		v = in_fixed(s, 8);
		break;
	case PE_ULEB:
		v = in_uleb(s);
		break;
	case PE_SLEB:
		v = (uintptr_t)in_sleb(s);
		break;
	case PE_U2:
		v = in_fixed(s, 2);
		break;
	case PE_S2:
		v = (uintptr_t)(int16_t)in_fixed(s, 2);
		break;
	case PE_U4:
		v = in_fixed(s, 4);
		break;
	case PE_S4:
		v = (uintptr_t)(int32_t)in_fixed(s, 4);
		break;
	default:
		s->bad = true;
		return 0;
	}
	switch (enc & 0x70) {
	case 0:
		return v;
	case PE_PCREL:
		return v + at;
	case PE_DATAREL:
		return v + base;
	default:
		s->bad = true;
		return 0;
	}
}

static bool within(const struct lt_cfi *t, uintptr_t at, size_t len)
{
	return at >= t->low && at < t->high && len <= t->high - at;
}

/* Opens the entry at "at": a reader over its body behind the id field. *id_at is that field's
 * address, *id its value. False at the end of the section or out of range. */
static bool entry_open(
	const struct lt_cfi *t, uintptr_t at, struct in *s, uintptr_t *id_at, uint32_t *id)
{
	if (!within(t, at, 8))
		return false;
	*s = (struct in){(const uint8_t *)at, (const uint8_t *)t->high, false};
	uint64_t len = in_fixed(s, 4);
	if (len == 0xffffffff)
		len = in_fixed(s, 8);
	if (s->bad || len < 4 || len > (size_t)(s->end - s->p))
		return false;
	s->end = s->p + len;
	*id_at = (uintptr_t)s->p;
	*id = (uint32_t)in_fixed(s, 4);
	return true;
}

static bool cie_parse(const struct lt_cfi *t, uintptr_t at, struct lt_fde *f, bool *sized)
{
	struct in s;
	uintptr_t id_at;
	uint32_t id;

	if (!entry_open(t, at, &s, &id_at, &id) || id != 0)
		return false;
	uint8_t version = in_fixed(&s, 1);
	const uint8_t *aug = s.p;
	while (!s.bad && in_fixed(&s, 1))
		;
	if (s.bad || (version != 1 && version != 3))
		return false;
	f->code_align = (uint32_t)in_uleb(&s);
	f->data_align = (int32_t)in_sleb(&s);
	if ((version == 1 ? in_fixed(&s, 1) : in_uleb(&s)) != LT_DW_RIP)
		return false;
	f->encoding = 0;
	f->signal = false;
	*sized = aug[0] == 'z';
	if (!*sized && aug[0])
		return false;
	if (*sized) {
		uint64_t len = in_uleb(&s);
		const uint8_t *body = s.p;
		for (aug++; *aug && !s.bad; aug++) {
			if (*aug == 'R')
				f->encoding = in_fixed(&s, 1);
			else if (*aug == 'L')
				in_skip(&s, 1);
			else if (*aug == 'S')
				f->signal = true;
			else if (*aug == 'P') {
				uint8_t enc = in_fixed(&s, 1);
				in_pointer(&s, enc, 0);
			} else
				break; /* the size says where the program begins */
		}
		s.p = body;
		in_skip(&s, len);
	}
	f->cie_ops = s.p;
	f->cie_end = s.end;
	return !s.bad;
}

/* Reads the FDE at "at" and its CIE; true when it is one and covers pc. */
static bool fde_parse(const struct lt_cfi *t, uintptr_t at, uintptr_t pc, struct lt_fde *f)
{
	struct in s;
	uintptr_t id_at;
	uint32_t id;
	bool sized;

	if (!entry_open(t, at, &s, &id_at, &id) || id == 0 || !cie_parse(t, id_at - id, f, &sized))
		return false;
	if (f->encoding == PE_OMIT || (f->encoding & PE_INDIRECT))
		return false;
	f->start = in_pointer(&s, f->encoding, 0);
	uintptr_t len = in_pointer(&s, f->encoding & 0x0f, 0);
	if (sized)
		in_skip(&s, in_uleb(&s));
	f->ops = s.p;
	f->end = s.end;
	return !s.bad && pc >= f->start && pc - f->start < len;
}

static bool find_linear(const struct lt_cfi *t, uintptr_t at, uintptr_t pc, struct lt_fde *f)
{
	struct in s;
	uintptr_t id_at;
	uint32_t id;

	for (; entry_open(t, at, &s, &id_at, &id); at = (uintptr_t)s.end)
		if (id && fde_parse(t, at, pc, f))
			return true;
	return false;
}

bool lt_cfi_find(const struct lt_cfi *t, uintptr_t pc, struct lt_fde *f)
{
	uintptr_t hdr = (uintptr_t)t->eh_frame_hdr;

	if (!hdr || !within(t, hdr, 4))
		return false;
	struct in s = {(const uint8_t *)hdr, (const uint8_t *)t->high, false};
	uint8_t version = in_fixed(&s, 1), frame_enc = in_fixed(&s, 1);
	uint8_t count_enc = in_fixed(&s, 1), table_enc = in_fixed(&s, 1);
	if (version != 1 || frame_enc == PE_OMIT || (frame_enc & PE_INDIRECT))
		return false;
	uintptr_t eh_frame = in_pointer(&s, frame_enc, hdr);
	if (count_enc == PE_OMIT || table_enc != (PE_DATAREL | PE_S4))
		return !s.bad && find_linear(t, eh_frame, pc, f);
	uint64_t count = in_pointer(&s, count_enc, hdr);
	if (s.bad || count > (size_t)(s.end - s.p) / 8 || count == 0)
		return false;

	int64_t want = (int64_t)(pc - hdr);
	size_t low = 0, high = count; /* the answer is the last entry not above pc */
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		int32_t at;
		memcpy(&at, s.p + mid * 8, 4);
		if (at <= want)
			low = mid;
		else
			high = mid;
	}
	int32_t pair[2];
	memcpy(pair, s.p + low * 8, 8);
	return pair[0] <= want && fde_parse(t, hdr + (intptr_t)pair[1], pc, f);
}

/* Which slot a DWARF register has, or LT_SLOTS. */
static unsigned slot_of(uint64_t reg)
{
	switch (reg) {
	case LT_DW_RBX:
		return LT_SLOT_RBX;
	case LT_DW_RBP:
		return LT_SLOT_RBP;
	case LT_DW_RSP:
		return LT_SLOT_RSP;
	case LT_DW_RIP:
		return LT_SLOT_RA;
	default:
		return reg >= 12 && reg <= 15 ? LT_SLOT_R12 + (unsigned)reg - 12 : LT_SLOTS;
	}
}

/* The state of a running program. */
struct run {
	struct in s;
	uintptr_t loc, pc;
	const struct lt_fde *f;
	struct lt_row *row;
	struct lt_row *first; /* the row behind the CIE's program; NULL while that runs */
	unsigned depth;
};

static void set(struct run *r, uint64_t reg, enum lt_how how, int64_t off, uint64_t from)
{
	unsigned i = slot_of(reg);

	if (i == LT_SLOTS)
		return;
	if (off < -(1 << 23) || off >= 1 << 23 || from >= LT_DW_REGS)
		how = LT_HARD;
	r->row->slot[i] =
		(struct lt_rule){how, how == LT_HARD ? 0 : from, how == LT_HARD ? 0 : off};
}

static void set_hard(struct run *r, uint64_t reg, unsigned gives, const uint8_t *expr)
{
	unsigned i = slot_of(reg);

	if (i == LT_SLOTS)
		return;
	r->row->slot[i] = (struct lt_rule){LT_HARD, gives, 0};
	r->row->expr[i] = expr;
}

static void set_cfa(struct run *r, enum lt_cfa how, uint64_t reg, int64_t off, int64_t add)
{
	if (reg >= LT_DW_REGS || off != (int32_t)off || add != (int16_t)add)
		how = LT_CFA_HARD;
	r->row->expr[LT_SLOTS] = NULL;
	r->row->cfa = how;
	r->row->reg = (uint8_t)reg;
	r->row->off = (int32_t)off;
	r->row->add = (int16_t)add;
}

static void restore(struct run *r, uint64_t reg)
{
	unsigned i = slot_of(reg);

	if (i != LT_SLOTS && r->first)
		r->row->slot[i] = r->first->slot[i];
}

/* An expression: its length, then its bytes. */
static bool expression(struct run *r, struct lt_expr *e)
{
	uint64_t len = in_uleb(&r->s);
	const uint8_t *p = r->s.p;

	in_skip(&r->s, len);
	return !r->s.bad && lt_cfi_expr(p, r->s.p, r->pc, e);
}

static void cfa_expression(struct run *r)
{
	struct lt_expr e;
	const uint8_t *at = r->s.p;

	if (!expression(r, &e) || e.reg == LT_DW_REGS) {
		r->row->cfa = LT_CFA_HARD;
		r->row->expr[LT_SLOTS] = at;
	} else if (e.deref)
		set_cfa(r, LT_CFA_DEREF, e.reg, e.off, e.add);
	else
		set_cfa(r, LT_CFA_REG, e.reg, e.off, 0);
}

static void reg_expression(struct run *r, bool value)
{
	struct lt_expr e;
	uint64_t reg = in_uleb(&r->s);
	const uint8_t *at = r->s.p;

	if (!expression(r, &e) || e.reg == LT_DW_REGS || (value && !(e.deref && e.add == 0)) ||
		(!value && e.deref))
		set_hard(r, reg, value ? LT_EXPR_VALUE : LT_EXPR_ADDRESS, at);
	else
		set(r, reg, LT_AT_REG, e.off, e.reg);
}

/* A factored offset, times the data alignment. */
static int64_t scaled(const struct run *r, uint64_t n)
{
	return (int64_t)(n * (uint64_t)(int64_t)r->f->data_align);
}

/* Moves on to loc; true when that is beyond pc, so that the row is the one. */
static bool advance(struct run *r, uint64_t by)
{
	r->loc += by * r->f->code_align;
	return r->loc > r->pc;
}

/* One instruction of those with an operand in the low bits; the others are in op_plain. Returns
 * true when the row is found. */
static bool op_plain(struct run *r, uint8_t op, struct lt_row *saved)
{
	struct in *s = &r->s;
	uint64_t reg;

	switch (op) {
	case 0x00: /* nop */
		break;
	case 0x01: /* set_loc */
		r->loc = in_pointer(s, r->f->encoding, 0);
		return r->loc > r->pc;
	case 0x02: /* advance_loc1, 2, 4 */
		return advance(r, in_fixed(s, 1));
	case 0x03:
		return advance(r, in_fixed(s, 2));
	case 0x04:
		return advance(r, in_fixed(s, 4));
	case 0x05: /* offset_extended */
		reg = in_uleb(s);
		set(r, reg, LT_AT_CFA, scaled(r, in_uleb(s)), 0);
		break;
	case 0x06: /* restore_extended */
		restore(r, in_uleb(s));
		break;
	case 0x07: /* undefined */
		set(r, in_uleb(s), LT_UNDEF, 0, 0);
		break;
	case 0x08: /* same_value */
		set(r, in_uleb(s), LT_KEEP, 0, 0);
		break;
	case 0x09: /* register */
		reg = in_uleb(s);
		set(r, reg, LT_IN_REG, 0, in_uleb(s));
		break;
	case 0x0a: /* remember_state */
		if (r->depth == REMEMBER_MAX)
			s->bad = true;
		else
			saved[r->depth++] = *r->row;
		break;
	case 0x0b: /* restore_state */
		if (r->depth == 0)
			s->bad = true;
		else
			*r->row = saved[--r->depth];
		break;
	case 0x0c: /* def_cfa */
		reg = in_uleb(s);
		set_cfa(r, LT_CFA_REG, reg, (int64_t)in_uleb(s), 0);
		break;
	case 0x0d: /* def_cfa_register: keeps the offset */
		set_cfa(r, LT_CFA_REG, in_uleb(s), r->row->off, 0);
		break;
	case 0x0e: /* def_cfa_offset */
		set_cfa(r, LT_CFA_REG, r->row->reg, (int64_t)in_uleb(s), 0);
		break;
	case 0x0f: /* def_cfa_expression */
		cfa_expression(r);
		break;
	case 0x10: /* expression, val_expression */
	case 0x16:
		reg_expression(r, op == 0x16);
		break;
	case 0x11: /* offset_extended_sf */
		reg = in_uleb(s);
		set(r, reg, LT_AT_CFA, scaled(r, (uint64_t)in_sleb(s)), 0);
		break;
	case 0x12: /* def_cfa_sf */
		reg = in_uleb(s);
		set_cfa(r, LT_CFA_REG, reg, scaled(r, (uint64_t)in_sleb(s)), 0);
		break;
	case 0x13: /* def_cfa_offset_sf */
		set_cfa(r, LT_CFA_REG, r->row->reg, scaled(r, (uint64_t)in_sleb(s)), 0);
		break;
	case 0x14: /* val_offset, val_offset_sf */
	case 0x15:
		reg = in_uleb(s);
		set(r, reg, LT_IS_CFA, scaled(r, op == 0x14 ? in_uleb(s) : (uint64_t)in_sleb(s)),
			0);
		break;
	case 0x2e: /* GNU_args_size */
		in_uleb(s);
		break;
	case 0x2f: /* GNU_negative_offset_extended */
		reg = in_uleb(s);
		set(r, reg, LT_AT_CFA, scaled(r, 0 - in_uleb(s)), 0);
		break;
	default:
		s->bad = true;
	}
	return false;
}

static void run(struct run *r, const uint8_t *p, const uint8_t *end, struct lt_row *saved)
{
	r->s = (struct in){p, end, false};
	while (r->s.p < r->s.end && !r->s.bad) {
		uint8_t op = in_fixed(&r->s, 1), low = op & 0x3f;
		if ((op & 0xc0) == 0x40) {
			if (advance(r, low))
				return;
		} else if ((op & 0xc0) == 0x80) {
			set(r, low, LT_AT_CFA, scaled(r, in_uleb(&r->s)), 0);
		} else if ((op & 0xc0) == 0xc0) {
			restore(r, low);
		} else if (op_plain(r, low, saved)) {
			return;
		}
	}
}

bool lt_cfi_row(const struct lt_fde *f, uintptr_t pc, struct lt_row *row)
{
	struct lt_row first, saved[REMEMBER_MAX];
	struct run r = {.loc = f->start, .pc = pc, .f = f, .row = row};

	memset(row, 0, sizeof(*row));
	row->slot[LT_SLOT_RA].how = LT_UNDEF;
	run(&r, f->cie_ops, f->cie_end, saved);
	if (r.s.bad)
		return false;
	first = *row;
	r.first = &first;
	r.loc = f->start;
	run(&r, f->ops, f->end, saved);
	return !r.s.bad && row->cfa != LT_CFA_NONE;
}
