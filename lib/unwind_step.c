/* The steps that are not in the fast loop: decoding a rule, frames whose tables say more than a
 * rule can, signal frames, and guesses where there are no tables. */
#include "lib/unwind_step.h"

#include <string.h>
#include "lib/onstack.h"
#include "lib/sys.h"

bool lt_cursor_read(struct lt_cursor *c, uintptr_t at, uintptr_t *value)
{
	if ((at & 7) || at < c->range.low || at >= c->range.high) {
		struct lt_range r;
		if (!lt_bounds_cover(c->bounds, at, &r))
			return false;
		c->range = r;
	}
	*value = *(const uintptr_t *)at;
	return true;
}

/* True when [low, high) is readable stack; c->range then holds it. */
static bool reach(struct lt_cursor *c, uintptr_t low, uintptr_t high)
{
	if (low >= c->range.low && low < high && high <= c->range.high)
		return true;
	/* From both ends: the range may have to grow over a page in between. */
	return low < high && lt_bounds_cover(c->bounds, high - 8, &c->range) &&
	       (low >= c->range.low ||
		       (lt_bounds_cover(c->bounds, low, &c->range) && high <= c->range.high));
}

/* Of the kernel's struct sigcontext, in words. */
enum { G_R8 = 0, G_RDI = 8, G_RSI, G_RBP, G_RBX, G_RDX, G_RAX, G_RCX, G_RSP, G_RIP };

/* DWARF number to the word in sigcontext. */
static const uint8_t greg_of[LT_DW_REGS] = {
	G_RAX, G_RDX, G_RCX, G_RBX, G_RSI, G_RDI, G_RBP, G_RSP, 0, 1, 2, 3, 4, 5, 6, 7, G_RIP};

/* The slots of a rule's fields rbx, r12 .. r15. */
static const uint8_t other_slot[5] = {
	LT_SLOT_RBX, LT_SLOT_R12, LT_SLOT_R13, LT_SLOT_R14, LT_SLOT_R15};

static bool table_of(uintptr_t pc, struct lt_cfi *t, uint32_t *number)
{
	const struct lt_module *m = lt_module_at(pc);

	*number = 0;
	if (!m)
		return false;
	const struct lt_module_ranges *r = lt_module_ranges(m);
	*number = m->number;
	*t = (struct lt_cfi){m->eh_frame_hdr, r->tables_low, r->tables_high};
	return m->eh_frame_hdr != NULL && r->tables_low;
}

/* A row that restores the registers from a sigcontext that lies at rsp + a constant; *off says
 * where. */
static bool is_sigcontext(const struct lt_row *row, int *off)
{
	static const uint8_t dwarf[LT_SLOTS] = {3, 6, 12, 13, 14, 15, 7, 16};
	const struct lt_rule *ra = &row->slot[LT_SLOT_RA];

	if (ra->how != LT_AT_REG || ra->reg != LT_DW_RSP)
		return false;
	*off = ra->off - 8 * G_RIP;
	for (unsigned i = 0; i < LT_SLOTS; i++)
		if (row->slot[i].how != LT_AT_REG || row->slot[i].reg != LT_DW_RSP ||
			row->slot[i].off != *off + 8 * greg_of[dwarf[i]])
			return false;
	return *off >= 0 && (*off & 7) == 0;
}

/* A realigned frame as gcc describes it: all relative to rbp, the CFA kept in the frame. */
static lt_rule_word compact_realigned(const struct lt_row *row, uint32_t module)
{
	const lt_rule_word full = lt_rule_make(LT_KIND_FULL, module, 0);
	const struct lt_rule *ra = &row->slot[LT_SLOT_RA], *bp = &row->slot[LT_SLOT_RBP];

	if (row->reg != LT_DW_RBP || row->add != 0 || row->off >= 0 || (row->off & 7) ||
		-row->off / 8 > LT_RULE_OFF_MAX || ra->how != LT_AT_CFA || ra->off != -8 ||
		bp->how != LT_AT_REG || bp->reg != LT_DW_RBP || bp->off != 0 ||
		row->slot[LT_SLOT_RSP].how != LT_KEEP)
		return full;
	lt_rule_word w = lt_rule_make(LT_KIND_REALIGNED, module, (uint64_t)(-row->off / 8));
	for (unsigned i = 0; i < 5; i++) {
		const struct lt_rule *s = &row->slot[other_slot[i]];
		if (s->how == LT_KEEP)
			continue;
		if (s->how != LT_AT_REG || s->reg != LT_DW_RBP || (s->off & 7) || s->off >= 0 ||
			-s->off / 8 > LT_RULE_SAVED_MAX)
			return full;
		w |= (lt_rule_word)(-s->off / 8) << (24 + 4 * i);
	}
	return w;
}

/* The row as a rule's word, LT_KIND_FULL where it does not fit. */
static lt_rule_word compact(const struct lt_row *row, bool signal, uint32_t module)
{
	const struct lt_rule *ra = &row->slot[LT_SLOT_RA];
	const lt_rule_word full = lt_rule_make(LT_KIND_FULL, module, 0);
	int off;

	if (ra->how == LT_UNDEF)
		return lt_rule_make(LT_KIND_END, module, 0);
	if (signal)
		return is_sigcontext(row, &off) ? lt_rule_make(LT_KIND_SIGNAL, module, off / 8)
						: full;
	if (row->cfa == LT_CFA_DEREF)
		return compact_realigned(row, module);
	if (row->cfa != LT_CFA_REG || (row->reg != LT_DW_RSP && row->reg != LT_DW_RBP) ||
		row->off < 8 || (row->off & 7) || row->off / 8 > LT_RULE_OFF_MAX ||
		ra->how != LT_AT_CFA || ra->off != -8 || row->slot[LT_SLOT_RSP].how != LT_KEEP)
		return full;
	lt_rule_word w = lt_rule_make(
		row->reg == LT_DW_RSP ? LT_KIND_RSP : LT_KIND_RBP, module, row->off / 8);
	static const uint8_t shift[] = {24, 19, 28, 32, 36, 40}; /* as rules.h lays it out */
	for (unsigned i = 0; i <= LT_SLOT_R15; i++) {
		const struct lt_rule *s = &row->slot[i];
		int max = i == LT_SLOT_RBP ? LT_RULE_BP_MAX : LT_RULE_SAVED_MAX;
		if (s->how == LT_KEEP)
			continue;
		if (s->how != LT_AT_CFA || (s->off & 7) || s->off > -16 || -s->off / 8 > max)
			return full;
		w |= (lt_rule_word)(-s->off / 8) << shift[i];
	}
	return w;
}

/* A return address that is a function's first byte, with nothing described before it: nobody
 * called, it was put there as the end of a stack (as makecontext does). */
static bool is_planted(const struct lt_cfi *t, uintptr_t pc, struct lt_fde *f)
{
	return lt_cfi_find(t, pc + 1, f) && f->start == pc + 1;
}

lt_rule_word lt_rule_decode(uintptr_t pc)
{
	struct lt_cfi t;
	struct lt_fde f;
	struct lt_row row;
	uint32_t module;

	bool tables = table_of(pc, &t, &module);
	if (!module)
		return 0;
	lt_rule_word w = lt_rule_make(LT_KIND_NONE, module, 0);
	if (tables && lt_cfi_find(&t, pc, &f))
		w = lt_cfi_row(&f, pc, &row) ? compact(&row, f.signal, module)
					     : lt_rule_make(LT_KIND_FULL, module, 0);
	else if (tables && is_planted(&t, pc, &f))
		w = lt_rule_make(LT_KIND_END, module, 0);
	atomic_fetch_add_explicit(&lt_unwind_stats.rules_decoded, 1, memory_order_relaxed);
	lt_rules_put(pc, w);
	return w;
}

bool lt_entry_of(uintptr_t pc, struct lt_cfi *t, struct lt_fde *f)
{
	uint32_t module;

	return table_of(pc, t, &module) && lt_cfi_find(t, pc, f);
}

unsigned lt_greg_offset(unsigned dwarf)
{
	return 8u * greg_of[dwarf];
}

/* A register's value in the frame at the cursor. */
static enum lt_step value_of(struct lt_cursor *c, unsigned reg, uintptr_t *v)
{
	static const int8_t slot[LT_DW_REGS] = {-1, -1, -1, LT_SLOT_RBX, -1, -1, LT_SLOT_RBP, -1,
		-1, -1, -1, -1, LT_SLOT_R12, LT_SLOT_R13, LT_SLOT_R14, LT_SLOT_R15, -1};

	if (reg == LT_DW_RSP) {
		*v = c->sp;
	} else if (slot[reg] >= 0 && (c->known >> slot[reg] & 1)) {
		*v = lt_cursor_saved(c)[slot[reg]];
	} else if (c->gregs) {
		if (!lt_cursor_read(c, c->gregs + 8 * greg_of[reg], v))
			return LT_STEP_LOST;
	} else {
		/* What is not callee-saved is lost for good. */
		return slot[reg] >= 0 ? LT_STEP_BLIND : LT_STEP_LOST;
	}
	return LT_STEP_OK;
}

/* An expression's value in the frame at the cursor. */
struct eval {
	struct lt_cursor *c;
	enum lt_step s; /* why it has none */
};

static bool eval_reg(void *arg, unsigned reg, uintptr_t *v)
{
	struct eval *e = arg;

	if (reg == LT_DW_RIP) {
		*v = e->c->ip;
		return true;
	}
	enum lt_step s = value_of(e->c, reg, v);
	if (s != LT_STEP_OK)
		e->s = s;
	return s == LT_STEP_OK;
}

static bool eval_read(void *arg, uintptr_t at, uintptr_t *v)
{
	struct eval *e = arg;

	if (lt_cursor_read(e->c, at, v))
		return true;
	e->s = LT_STEP_LOST;
	return false;
}

static enum lt_step evaluate(struct lt_cursor *c, const struct lt_cfi *t, const uint8_t *expr,
	const uintptr_t *cfa, uintptr_t *v)
{
	struct eval e = {c, LT_STEP_HARD};
	const struct lt_eval env = {eval_reg, eval_read, &e};

	if (!expr)
		return LT_STEP_HARD;
	return lt_cfi_eval(expr, (const uint8_t *)t->high, &env, cfa, v) ? LT_STEP_OK : e.s;
}

static enum lt_step cfa_of(
	struct lt_cursor *c, const struct lt_cfi *t, const struct lt_row *row, uintptr_t *cfa)
{
	if (row->cfa != LT_CFA_REG && row->cfa != LT_CFA_DEREF)
		return evaluate(c, t, row->expr[LT_SLOTS], NULL, cfa);
	enum lt_step s = value_of(c, row->reg, cfa);
	if (s != LT_STEP_OK)
		return s;
	*cfa += (intptr_t)row->off;
	if (row->cfa == LT_CFA_DEREF) {
		if (!lt_cursor_read(c, *cfa, cfa))
			return LT_STEP_LOST;
		*cfa += (intptr_t)row->add;
	}
	return LT_STEP_OK;
}

/* What the row says a register (by its slot) of the caller's is. */
static enum lt_step apply(struct lt_cursor *c, const struct lt_cfi *t, const struct lt_row *row,
	unsigned slot, uintptr_t cfa, uintptr_t *v)
{
	const struct lt_rule *rule = &row->slot[slot];
	enum lt_step s;

	switch (rule->how) {
	case LT_AT_CFA:
		return lt_cursor_read(c, cfa + (intptr_t)rule->off, v) ? LT_STEP_OK : LT_STEP_LOST;
	case LT_IS_CFA:
		*v = cfa + (intptr_t)rule->off;
		return LT_STEP_OK;
	case LT_IN_REG:
		return value_of(c, rule->reg, v);
	case LT_AT_REG:
		s = value_of(c, rule->reg, v);
		if (s != LT_STEP_OK)
			return s;
		return lt_cursor_read(c, *v + (intptr_t)rule->off, v) ? LT_STEP_OK : LT_STEP_LOST;
	case LT_HARD:
		if (!rule->reg)
			return LT_STEP_HARD;
		s = evaluate(c, t, row->expr[slot], &cfa, v);
		if (s != LT_STEP_OK || rule->reg == LT_EXPR_VALUE)
			return s;
		return lt_cursor_read(c, *v, v) ? LT_STEP_OK : LT_STEP_LOST;
	default:
		return LT_STEP_LOST;
	}
}

enum lt_step lt_step_full(struct lt_cursor *c, uintptr_t pc)
{
	struct lt_row row;
	uintptr_t cfa, ip, sp, v, next[LT_SLOT_RSP];
	uint8_t known = c->known;
	struct lt_cfi t;
	struct lt_fde f;
	enum lt_step s;

	if (!lt_entry_of(pc, &t, &f))
		return LT_STEP_LOST;
	if (!lt_cfi_row(&f, pc, &row))
		return LT_STEP_HARD;
	if (row.slot[LT_SLOT_RA].how == LT_UNDEF)
		return LT_STEP_END;
	s = cfa_of(c, &t, &row, &cfa);
	if (s == LT_STEP_OK)
		s = row.slot[LT_SLOT_RA].how == LT_KEEP ? LT_STEP_LOST
							: apply(c, &t, &row, LT_SLOT_RA, cfa, &ip);
	sp = cfa;
	if (s == LT_STEP_OK && row.slot[LT_SLOT_RSP].how != LT_KEEP)
		s = apply(c, &t, &row, LT_SLOT_RSP, cfa, &sp);
	if (s != LT_STEP_OK)
		return s;
	for (unsigned i = 0; i < LT_SLOT_RSP; i++) {
		next[i] = lt_cursor_saved(c)[i];
		if (row.slot[i].how == LT_KEEP)
			continue;
		s = apply(c, &t, &row, i, cfa, &v);
		if (s == LT_STEP_OK) {
			next[i] = v;
			known |= 1u << i;
		} else {
			known &= ~(1u << i);
		}
	}
	if (!lt_cursor_may_go(c, sp))
		return LT_STEP_LOST;
	memcpy(lt_cursor_saved(c), next, sizeof(next));
	c->known = known;
	c->ip = ip;
	c->sp = sp;
	c->gregs = 0;
	c->exact = f.signal;
	return LT_STEP_OK;
}

/* How far below its base a rule reads, in words. */
static unsigned deepest_of(lt_rule_word r)
{
	unsigned deepest = lt_rule_bp(r) ? lt_rule_bp(r) : 1;

	for (unsigned i = 0; i < 5; i++)
		if (lt_rule_saved(r, i) > deepest)
			deepest = lt_rule_saved(r, i);
	return deepest;
}

static void restore_others(struct lt_cursor *c, lt_rule_word r, const uintptr_t *base)
{
	for (unsigned i = 0; i < 5; i++) {
		unsigned at = lt_rule_saved(r, i);
		if (!at)
			continue;
		lt_cursor_saved(c)[other_slot[i]] = *(base - at);
		c->known |= 1u << other_slot[i];
	}
}

enum lt_step lt_step_plain(struct lt_cursor *c, lt_rule_word r)
{
	enum lt_kind kind = lt_rule_kind(r);
	uintptr_t base = kind == LT_KIND_RSP ? c->sp : c->bp, cfa = base + lt_rule_off(r), ip;

	if (kind != LT_KIND_RSP && !(c->known & LT_KNOWN_BP))
		return LT_STEP_BLIND;
	if (kind == LT_KIND_REALIGNED) {
		if (!lt_cursor_read(c, base - lt_rule_off(r), &cfa) || !lt_cursor_may_go(c, cfa) ||
			!lt_cursor_read(c, cfa - 8, &ip) ||
			!reach(c, base - 8 * deepest_of(r), base + 8))
			return LT_STEP_LOST;
	} else {
		if (!lt_cursor_may_go(c, cfa) || !reach(c, cfa - 8 * deepest_of(r), cfa))
			return LT_STEP_LOST;
		base = cfa;
		ip = *(const uintptr_t *)(cfa - 8);
	}
	restore_others(c, r, (const uintptr_t *)base);
	if (kind == LT_KIND_REALIGNED || lt_rule_bp(r)) {
		c->bp = *((const uintptr_t *)base - lt_rule_bp(r));
		c->known |= LT_KNOWN_BP;
	}
	c->ip = ip;
	c->sp = cfa;
	c->gregs = 0;
	c->exact = false;
	return LT_STEP_OK;
}

enum lt_step lt_step_signal(struct lt_cursor *c, uintptr_t gregs)
{
	static const uint8_t order[LT_SLOT_RSP] = {G_RBX, G_RBP, 4, 5, 6, 7};
	uintptr_t ip, sp, here = c->sp;

	if (!lt_cursor_read(c, gregs + 8 * G_RIP, &ip) ||
		!lt_cursor_read(c, gregs + 8 * G_RSP, &sp))
		return LT_STEP_LOST;
	for (unsigned i = 0; i < LT_SLOT_RSP; i++)
		if (!lt_cursor_read(c, gregs + 8 * order[i], &lt_cursor_saved(c)[i]))
			return LT_STEP_LOST;
	/* On the same stack the interrupted frame lies above; on another it may be anywhere. */
	if (sp == here || (sp & 7))
		return LT_STEP_LOST;
	c->known = LT_KNOWN_ALL;
	c->gregs = gregs;
	c->ip = ip;
	c->sp = sp;
	c->exact = true;
	return LT_STEP_OK;
}

bool lt_is_trampoline(uintptr_t ip)
{
	static const uint8_t long_form[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
	static const uint8_t short_form[] = {0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05};

	if (!ip || ip >> 47 || !lt_sys_readable((const void *)(ip & ~(uintptr_t)7)) ||
		!lt_sys_readable((const void *)((ip + 8) & ~(uintptr_t)7)))
		return false;
	return !memcmp((const void *)ip, long_form, sizeof(long_form)) ||
	       !memcmp((const void *)ip, short_form, sizeof(short_form));
}

/* True when a call instruction of a loaded object ends at pc. */
static bool follows_call(uintptr_t pc)
{
	const struct lt_module *m = lt_module_at(pc);

	if (!m)
		return false;
	const struct lt_module_ranges *r = lt_module_ranges(m);
	if (pc < r->code_low + 7 || pc >= r->code_high)
		return false;
	const uint8_t *p = (const uint8_t *)pc;
	if (p[-5] == 0xe8) /* call rel32 */
		return true;
	for (unsigned len = 2; len <= 7; len++) /* call through a register or memory: ff /2 */
		if (p[-(int)len] == 0xff && (p[1 - (int)len] & 0x38) == 0x10)
			return true;
	return false;
}

enum lt_step lt_step_guess(struct lt_cursor *c)
{
	uintptr_t bp = c->bp, ip, next;

	if (!(c->known & LT_KNOWN_BP) || bp < c->sp || bp - c->sp > 1 << 20 ||
		!lt_cursor_read(c, bp, &next) || !lt_cursor_read(c, bp + 8, &ip) ||
		!follows_call(ip))
		return LT_STEP_LOST;
	c->ip = ip;
	c->sp = bp + 16;
	c->bp = next;
	c->known = LT_KNOWN_BP;
	c->gregs = 0;
	c->exact = false;
	atomic_fetch_add_explicit(&lt_unwind_stats.guessed, 1, memory_order_relaxed);
	return LT_STEP_OK;
}
